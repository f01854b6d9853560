"""Roles that a platform states -> what somebody may do in the course.

Only context roles give rights: an administrator of the institution who opens a course as a learner is a learner.
Whatever is unknown or contradictory gives the least. Vocabulary: LTI 1.3 core, appendix A; LTI 1.1, appendix A.2.
"""

from collections.abc import Iterable
from enum import IntEnum

CONTEXT_ROLE = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
CONTEXT_SUB_ROLE = "http://purl.imsglobal.org/vocab/lis/v2/membership/"
TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"
CONTEXT_ROLE_1_1 = "urn:lti:role:ims/lis/"


class CourseRight(IntEnum):
    """From the least to the most; a contradiction is settled by the lower one."""

    NONE = 0
    LEARNER = 1
    MENTOR = 2
    TUTOR = 3
    TEACHER = 4


_BY_CONTEXT_ROLE = {
    "Learner": CourseRight.LEARNER,
    "Mentor": CourseRight.MENTOR,
    "Instructor": CourseRight.TEACHER,
}
_TUTORS = {
    "TeachingAssistant",
    "TeachingAssistantGroup",
    "TeachingAssistantSection",
    "TeachingAssistantOffering",
}


def course_right(roles: Iterable[str]) -> CourseRight:
    """What the `roles` claim of LTI 1.3 gives. Sub-roles count by their principal role, but a teaching assistant
    is a tutor; sub-roles of Mentor give nothing (a `Mentor#Instructor` mentors instructors, not pupils).
    """
    return _least(_context_right(role) for role in roles)


def course_right_1_1(roles: Iterable[str]) -> CourseRight:
    """What the comma-separated `roles` of LTI 1.1 give: short names and urn:lti:role:ims/lis/… are context roles."""
    return _least(_context_right_1_1(role.strip()) for role in roles)


def is_test_user(roles: Iterable[str]) -> bool:
    """A teacher looking through a pupil's eyes ("student view"): never graded, never recorded."""
    return TEST_USER in set(roles)


def _least(rights: Iterable[CourseRight | None]) -> CourseRight:
    return min((right for right in rights if right is not None), default=CourseRight.NONE)


def _context_right(role: str) -> CourseRight | None:
    if role.startswith(CONTEXT_ROLE):
        return _BY_CONTEXT_ROLE.get(role.removeprefix(CONTEXT_ROLE))
    if role.startswith(CONTEXT_SUB_ROLE):
        principal, mark, sub_role = role.removeprefix(CONTEXT_SUB_ROLE).partition("#")
        return _sub_right(principal, sub_role) if mark else None
    return _BY_CONTEXT_ROLE.get(role)


def _context_right_1_1(role: str) -> CourseRight | None:
    principal, mark, sub_role = role.removeprefix(CONTEXT_ROLE_1_1).partition("/")
    return _sub_right(principal, sub_role) if mark else _top_right_1_1(principal)


def _top_right_1_1(name: str) -> CourseRight | None:
    return CourseRight.TUTOR if name == "TeachingAssistant" else _BY_CONTEXT_ROLE.get(name)


def _sub_right(principal: str, sub_role: str) -> CourseRight | None:
    if principal == "Mentor" or not sub_role:
        return None
    if sub_role in _TUTORS and principal in {"Instructor", "TeachingAssistant"}:
        return CourseRight.TUTOR
    return CourseRight.TUTOR if principal == "TeachingAssistant" else _BY_CONTEXT_ROLE.get(principal)

import pytest

from lms.lti.roles import CourseRight, course_right, course_right_1_1, is_test_user

M = "http://purl.imsglobal.org/vocab/lis/v2/membership"
INSTITUTION = "http://purl.imsglobal.org/vocab/lis/v2/institution/person"


@pytest.mark.parametrize(
    ("roles", "right"),
    [
        ([f"{M}#Instructor"], CourseRight.TEACHER),
        (["Instructor"], CourseRight.TEACHER),
        ([f"{M}#Learner"], CourseRight.LEARNER),
        ([f"{M}/Instructor#TeachingAssistant"], CourseRight.TUTOR),
        ([f"{M}/Instructor#TeachingAssistant", f"{M}#Instructor"], CourseRight.TUTOR),
        ([f"{M}/Instructor#PrimaryInstructor"], CourseRight.TEACHER),
        ([f"{M}#Mentor"], CourseRight.MENTOR),
        ([f"{INSTITUTION}#Administrator", f"{M}#Learner"], CourseRight.LEARNER),
        ([f"{INSTITUTION}#Instructor", f"{M}#Instructor"], CourseRight.TEACHER),
        ([f"{M}#Instructor", f"{M}#Learner"], CourseRight.LEARNER),
        ([f"{INSTITUTION}#Administrator"], CourseRight.NONE),
        ([f"{M}/Learner#Instructor"], CourseRight.LEARNER),
        ([f"{M}/Mentor#Instructor"], CourseRight.NONE),
        (["http://purl.imsglobal.org/vocab/lis/v2/whatever#Instructor"], CourseRight.NONE),
        (["http://evil.example#Instructor"], CourseRight.NONE),
        (["urn:lti:role:ims/lis/Instructor"], CourseRight.NONE),
        (["instructor"], CourseRight.NONE),
        ([""], CourseRight.NONE),
        ([], CourseRight.NONE),
    ],
)
def test_context_roles_of_1_3_give_the_right(roles: list[str], right: CourseRight) -> None:
    assert course_right(roles) == right


@pytest.mark.parametrize(
    ("roles", "right"),
    [
        (["Instructor"], CourseRight.TEACHER),
        (["Learner", " Instructor"], CourseRight.LEARNER),
        (["urn:lti:role:ims/lis/Instructor"], CourseRight.TEACHER),
        (["urn:lti:role:ims/lis/Learner/GuestLearner"], CourseRight.LEARNER),
        (["urn:lti:role:ims/lis/TeachingAssistant"], CourseRight.TUTOR),
        (["urn:lti:role:ims/lis/TeachingAssistant/Grader"], CourseRight.TUTOR),
        (["TeachingAssistant"], CourseRight.TUTOR),
        (["urn:lti:instrole:ims/lis/Administrator"], CourseRight.NONE),
        (["urn:lti:sysrole:ims/lis/SysAdmin", "urn:lti:role:ims/lis/Learner"], CourseRight.LEARNER),
        (["Faculty"], CourseRight.NONE),
        ([""], CourseRight.NONE),
    ],
)
def test_context_roles_of_1_1_give_the_right(roles: list[str], right: CourseRight) -> None:
    assert course_right_1_1(roles) == right


def test_student_view_is_seen() -> None:
    assert is_test_user([f"{M}#Learner", "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"])
    assert not is_test_user([f"{M}#Learner"])

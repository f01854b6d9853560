"""Names and Role Provisioning Services 2.0: who is in a platform's course. https://www.imsglobal.org/spec/lti-nrps/v2p0"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lms.lti.errors import MalformedLaunch, PlatformRefused
from lms.lti.json_limits import objects, parse_object
from lms.lti.launch import strings
from lms.lti.roles import CourseRight, course_right, is_test_user
from lms.lti.services import Caller, PlatformServices, with_query
from lms.lti.text import is_plain_id, shown
from lms.lti.vocabulary import MEMBERSHIPS_TYPE

PER_PAGE = 200
MAX_PAGE_BYTES = 8 * 1024 * 1024
"""Platforms that know no pages send all at once: ten thousand people take about three megabytes."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a platform's course. `name` may be "": a platform need not tell it."""

    subject: str
    name: str
    right: CourseRight
    is_active: bool
    is_test_user: bool


def read_members(services: PlatformServices, caller: Caller, url: str) -> Iterator[Member]:
    """Everybody, page by page; entries without a usable id are left out. E-mail addresses are not even read.

    Raises as PlatformServices, PlatformRefused for an answer that is no membership container.
    """
    first = with_query(url, limit=str(PER_PAGE))
    for answer in services.pages(caller, first, accept=MEMBERSHIPS_TYPE, max_bytes=MAX_PAGE_BYTES):
        try:
            content = parse_object(answer.body, "members")
        except MalformedLaunch:
            raise PlatformRefused(answer.host, answer.status, answer.excerpt(80)) from None
        for entry in objects(content.get("members")):
            if is_plain_id(entry.get("user_id")):
                yield _member(entry)


def _member(entry: Mapping[str, object]) -> Member:
    given, family = shown(entry.get("given_name")), shown(entry.get("family_name"))
    roles = strings(entry.get("roles"))
    return Member(
        subject=str(entry["user_id"]),
        name=shown(entry.get("name")) or f"{given} {family}".strip(),
        right=course_right(roles),
        is_active=entry.get("status", "Active") == "Active",
        is_test_user=is_test_user(roles),
    )

"""What a verified launch says, in one vocabulary for LTI 1.3 and 1.1."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import unquote

import lti

from lms.lti.content_items import PickerSettings, picker_settings
from lms.lti.errors import MalformedLaunch
from lms.lti.roles import CourseRight, course_right, course_right_1_1, is_test_user
from lms.lti.text import is_known_id, is_plain_id, shown
from lms.lti.vocabulary import (
    AGS_ENDPOINT,
    CONTEXT,
    CUSTOM,
    DEEP_LINKING_REQUEST,
    DEEP_LINKING_SETTINGS,
    LAUNCH_PRESENTATION,
    MESSAGE_TYPE,
    NAMES_AND_ROLES,
    RESOURCE_LINK,
    ROLE_SCOPE_MENTOR,
    ROLES,
    SCOPE_LINE_ITEM,
    SCOPE_SCORE,
    TOOL_PLATFORM,
)

MAX_MENTEES = 200
MAX_URL = 2000
MAX_SOURCED_ID = 4000
MAX_CUSTOM = 4000
"""What the tables keep. A place for scores that is cut would be another place."""


class LtiVersion(StrEnum):
    V1_3 = "1.3"
    V1_1 = "1.1"


@dataclass(frozen=True, slots=True)
class PersonClaims:
    """What the platform tells of the person; every part may be "". Good for showing, never for finding an account."""

    full_name: str = ""
    given_name: str = ""
    family_name: str = ""
    locale: str = ""

    @property
    def name(self) -> str:
        """The best name at hand, or ""."""
        return self.full_name or f"{self.given_name} {self.family_name}".strip()


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the platform the link was clicked: its course and its link. Ids are "" when the platform sent none."""

    context_id: str = ""
    context_title: str = ""
    link_id: str = ""
    link_title: str = ""


@dataclass(frozen=True, slots=True)
class ScoreEndpoint:
    """Where this person's score for this link goes. For LTI 1.3 a line item, or "" with the list in which we may make
    one; for 1.1 the outcome service with its sourcedId.
    """

    url: str
    sourced_id: str = ""
    items_url: str = ""
    scopes: frozenset[str] = frozenset()

    @property
    def can_send(self) -> bool:
        """Whether the platform lets us write scores there (Basic Outcomes always does)."""
        can_make = bool(self.items_url) and SCOPE_LINE_ITEM in self.scopes
        return bool(self.sourced_id) or (SCOPE_SCORE in self.scopes and (bool(self.url) or can_make))


@dataclass(frozen=True, slots=True)
class Launch:
    """One verified launch. `subject` is unique within the registration or consumer, and only there. `product` is the
    platform's family code, `roster_url` where it lists the people of its course; each may be "".
    `mentees` are the subjects whom a mentor accompanies, as the platform says.
    `return_url` is where the platform wants people back; `platform_name` is how it calls itself; each may be "".
    `picker` is there when the message asks to choose something for the platform's course (deep linking).
    """

    version: LtiVersion
    subject: str
    right: CourseRight
    person: PersonClaims
    place: Place
    is_test_user: bool = False
    custom: Mapping[str, str] = field(default_factory=dict)
    score: ScoreEndpoint | None = None
    product: str = ""
    roster_url: str = ""
    picker: PickerSettings | None = None
    mentees: tuple[str, ...] = ()
    return_url: str = ""
    platform_name: str = ""


class AnyLaunchParams(lti.LaunchParams):  # type: ignore[misc]  # the package is untyped
    """The package's reading of the parameters, without its white list, which crashes on what platforms really send."""

    def valid_param(self, param: str) -> bool:
        return True


def launch_1_3(claims: Mapping[str, object]) -> Launch:
    """Of claims that `tokens.verify` let through."""
    roles = strings(claims.get(ROLES))
    is_choice = claims.get(MESSAGE_TYPE) == DEEP_LINKING_REQUEST
    context, link = section(claims, CONTEXT), section(claims, RESOURCE_LINK)
    presentation, platform = section(claims, LAUNCH_PRESENTATION), section(claims, TOOL_PLATFORM)
    return Launch(
        version=LtiVersion.V1_3,
        subject=str(claims["sub"]),
        right=course_right(roles),
        is_test_user=is_test_user(roles),
        person=PersonClaims(
            full_name=shown(claims.get("name")),
            given_name=shown(claims.get("given_name")),
            family_name=shown(claims.get("family_name")),
            locale=shown(claims.get("locale"), 16) or shown(presentation.get("locale"), 16),
        ),
        place=Place(
            context_id=_id(context.get("id")),
            context_title=shown(context.get("title")),
            link_id=_id(link.get("id")),
            link_title=shown(link.get("title")),
        ),
        custom=_custom(section(claims, CUSTOM)),
        score=_line_item(section(claims, AGS_ENDPOINT)),
        product=shown(platform.get("product_family_code"), 40),
        picker=picker_settings(section(claims, DEEP_LINKING_SETTINGS)) if is_choice else None,
        roster_url=_url(section(claims, NAMES_AND_ROLES), "context_memberships_url"),
        mentees=_mentees(strings(claims.get(ROLE_SCOPE_MENTOR))),
        return_url=shown(presentation.get("return_url"), MAX_URL),
        platform_name=shown(platform.get("name"), 60),
    )


def launch_1_1(params: Mapping[str, str]) -> Launch:
    """Of parameters that `oauth1.verify` let through."""
    roles = AnyLaunchParams(params).get("roles", [])
    outcome_url, sourced_id = (
        params.get("lis_outcome_service_url", ""),
        params.get("lis_result_sourcedid", ""),
    )
    return Launch(
        version=LtiVersion.V1_1,
        subject=params["user_id"],
        right=course_right_1_1(roles),
        person=PersonClaims(
            full_name=shown(params.get("lis_person_name_full")),
            given_name=shown(params.get("lis_person_name_given")),
            family_name=shown(params.get("lis_person_name_family")),
            locale=shown(params.get("launch_presentation_locale"), 16),
        ),
        place=Place(
            context_id=_id(params.get("context_id")),
            context_title=shown(params.get("context_title")),
            link_id=_id(params.get("resource_link_id")),
            link_title=shown(params.get("resource_link_title")),
        ),
        custom=_custom({k.removeprefix("custom_"): value for k, value in params.items() if k.startswith("custom_")}),
        score=_outcome(outcome_url, sourced_id) if outcome_url and sourced_id else None,
        product=shown(params.get("tool_consumer_info_product_family_code"), 40),
        mentees=_mentees(params.get("role_scope_mentor", "").split(",")),
        return_url=shown(params.get("launch_presentation_return_url"), MAX_URL),
        platform_name=shown(params.get("tool_consumer_instance_name"), 60),
    )


def section(claims: Mapping[str, object], name: str) -> Mapping[str, object]:
    """A claim that is a JSON object; an empty one when it is absent or something else."""
    value = claims.get(name)
    return value if isinstance(value, dict) else {}


def strings(value: object) -> list[str]:
    """The strings of a JSON list."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _id(value: object) -> str:
    return str(value) if is_known_id(value) else ""


def _custom(values: Mapping[str, object]) -> dict[str, str]:
    """What is no plain text, or a variable that the platform did not fill in, is not there."""
    return {
        key: str(value)
        for key, value in values.items()
        if is_plain_id(value, MAX_CUSTOM) and not str(value).startswith("$")
    }


def _mentees(subjects: Iterable[str]) -> tuple[str, ...]:
    found = (unquote(subject).strip() for subject in subjects)  # 1.1 escapes the commas in them
    return tuple(dict.fromkeys(one for one in found if is_plain_id(one)))[:MAX_MENTEES]


def _outcome(url: str, sourced_id: str) -> ScoreEndpoint:
    if not is_plain_id(url, MAX_URL):
        raise MalformedLaunch("lis_outcome_service_url")
    if not is_plain_id(sourced_id, MAX_SOURCED_ID):
        raise MalformedLaunch("lis_result_sourcedid")
    return ScoreEndpoint(url, sourced_id)


def _line_item(endpoint: Mapping[str, object]) -> ScoreEndpoint | None:
    """A platform gives `lineitem` when the link has exactly one column, and `lineitems` where there may be others."""
    line_item, items = _url(endpoint, "lineitem"), _url(endpoint, "lineitems")
    if not line_item and not items:
        return None
    return ScoreEndpoint(line_item, items_url=items, scopes=frozenset(strings(endpoint.get("scope"))))


def _url(service: Mapping[str, object], name: str) -> str:
    url = service.get(name) or ""
    if url and not is_plain_id(url, MAX_URL):
        raise MalformedLaunch(name)
    return str(url)

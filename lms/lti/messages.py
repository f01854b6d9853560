"""The messages that a platform may send by LTI 1.3: one table of what each must contain and what answers it.

A new message is one `Message` more in `room.py`; what no message here understands is refused.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from lms.lti.arrival import Browser, Source, sign_in
from lms.lti.launch import Launch
from lms.people.audit import record
from lms.people.models import Account, Person
from lms.registries import ByName


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message that is believed and used up."""

    claims: Mapping[str, object]
    launch: Launch
    source: Source
    browser: Browser
    at: datetime


@dataclass(frozen=True, slots=True)
class Opening:
    """Where the browser goes, signed in by `token`: to `path`, or to an endpoint of ours with its values."""

    token: str
    endpoint: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    path: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """`name` is the message_type claim. `check` raises MalformedLaunch unless the claims that this message needs besides
    those of every message are there; `answer` runs in the transaction that used the launch up.
    """

    name: str
    check: Callable[[Mapping[str, object]], None]
    answer: Callable[[Session, Incoming], Opening]


class Messages(ByName[Message]):
    """Every message that we answer."""


def greet(session: Session, incoming: Incoming, person: Person, account: Account) -> str:
    """The token of a signed-in browser, for an answer that leads to no course. Raises as `sign_in`."""
    record(session, "lti.launched", at=incoming.at, actor_id=person.id, subject_id=person.id)
    return sign_in(session, person, account, browser=incoming.browser, at=incoming.at)

"""Assignment and Grade Services 2.0: scores, results, line items. https://www.imsglobal.org/spec/lti-ags/v2p0"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit, urlunsplit

from lms.lti.errors import PlatformRefused
from lms.lti.http import Answer
from lms.lti.json_limits import parse_list, parse_object
from lms.lti.services import Caller, PlatformServices, with_query
from lms.lti.vocabulary import LINE_ITEM_TYPE, LINE_ITEMS_TYPE, RESULTS_TYPE, SCORE_TYPE

MAXIMUM = Decimal(100)
"""Of the columns that we make, and of every score: platforms rescale it to their column."""


@dataclass(frozen=True, slots=True)
class Score:
    """What a person reached. `share` is 0..1; None takes a score back. `sent_at`: whole seconds, later than every one
    before. `extension` is what one platform's own extension adds.
    """

    subject: str
    share: Decimal | None
    sent_at: datetime
    extension: Mapping[str, object] = field(default_factory=dict)

    def to_json(self) -> bytes:
        """AGS 2.0, 3.4. Points of 0 are points: a score that leaves them out takes the grade away."""
        given = {} if self.share is None else {"scoreGiven": float(self.share * MAXIMUM)}
        progress = ("Initialized", "NotReady") if self.share is None else ("Completed", "FullyGraded")
        return json.dumps(
            {
                "userId": self.subject,
                **given,
                "scoreMaximum": float(MAXIMUM),
                "activityProgress": progress[0],
                "gradingProgress": progress[1],
                "timestamp": self.sent_at.isoformat(timespec="milliseconds"),
                **self.extension,
            }
        ).encode()


@dataclass(frozen=True, slots=True)
class Column:
    """A line item as we know it again: `resource_id` and `tag` are ours, `link_id` the platform's resource link."""

    label: str
    resource_id: str
    tag: str
    link_id: str


def post_score(services: PlatformServices, caller: Caller, line_item: str, score: Score) -> None:
    """Returns when the platform has taken the score. Raises as PlatformServices."""
    services.post(caller, _below(line_item, "scores"), score.to_json(), content_type=SCORE_TYPE)


def read_result(services: PlatformServices, caller: Caller, line_item: str, subject: str) -> Decimal | None:
    """The share 0..1 that a line item shows for a person; None when it shows none. Raises as PlatformServices."""
    url = with_query(_below(line_item, "results"), user_id=subject)
    for answer in services.pages(caller, url, accept=RESULTS_TYPE):
        for result in _list(answer):
            if result.get("userId") == subject:  # some platforms do not filter
                return _share(result.get("resultScore"), result.get("resultMaximum"))
    return None


def find_or_create_line_item(services: PlatformServices, caller: Caller, container: str, column: Column) -> str:
    """The URL of our line item in a course. Raises as PlatformServices.

    Two callers at once may both make one, so the caller sees to it that there is one at a time.
    """
    query = {"resource_link_id": column.link_id, "resource_id": column.resource_id, "tag": column.tag}
    url = with_query(container, **{name: value for name, value in query.items() if value})
    for answer in services.pages(caller, url, accept=LINE_ITEMS_TYPE):
        for item in _list(answer):
            if (item.get("resourceId"), item.get("tag")) == (column.resource_id, column.tag) and _is_at(item, column):
                return _id(answer, item)
    wanted = {
        "label": column.label,
        "scoreMaximum": float(MAXIMUM),
        "resourceId": column.resource_id,
        "tag": column.tag,
        "resourceLinkId": column.link_id,
    }
    body = json.dumps({name: value for name, value in wanted.items() if value}).encode()
    answer = services.post(caller, container, body, content_type=LINE_ITEM_TYPE)
    return _id(answer, parse_object(answer.body, "line item"))


def next_timestamp(now: datetime, last: datetime | None) -> datetime:
    """A time for the next score of a person and line item: whole seconds, strictly after `last`.

    Platforms compare by the second and refuse what is not later; when two scores fall into one second, the answer
    lies up to a second ahead of `now`, and the caller waits for it, since a time in the future can block later scores.
    """
    this_second = now.replace(microsecond=0)
    return this_second if last is None or last < this_second else last + timedelta(seconds=1)


def _below(line_item: str, name: str) -> str:
    """A service of a line item: the path is extended, the query stays (Moodle's ids carry `?type_id=1`)."""
    parts = urlsplit(line_item)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{name}", fragment=""))


def _list(answer: Answer) -> list[Mapping[str, object]]:
    return parse_list(answer.body, "list") if answer.body.strip() else []


def _is_at(item: Mapping[str, object], column: Column) -> bool:
    """A column that is bound to another link is not ours, one that is bound to none may be."""
    return item.get("resourceLinkId") in (None, "", column.link_id)


def _id(answer: Answer, item: Mapping[str, object]) -> str:
    url = item.get("id")
    if not isinstance(url, str) or not url:
        raise PlatformRefused(answer.host, answer.status, "a line item without an id")
    return url


def _share(score: object, maximum: object) -> Decimal | None:
    if isinstance(score, bool) or not isinstance(score, int | float):
        return None
    try:
        share = Decimal(str(score)) / Decimal(str(maximum))
    except (InvalidOperation, ZeroDivisionError):
        return None
    return share if share.is_finite() else None

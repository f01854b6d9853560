"""What a teacher picks for a course of their platform, as the content items of Deep Linking 2.0. Pure.

An item has no `url`: platforms keep it with the link, so that a new address of ours would break every course. Where
the link leads is said by custom parameters, which a copied course keeps.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

RESOURCE_LINK_ITEM = "ltiResourceLink"
TAG = "lms"
"""Of every column that we ask for: by tag and resource id we know it again."""
MAX_POINTS = 100


@dataclass(frozen=True, slots=True)
class Offer:
    """A course, or a step of it when `step_id` is not "". `due_at` is shown by platforms that show deadlines."""

    slug: str
    step_id: str
    title: str
    text: str
    is_scored: bool
    due_at: datetime | None = None

    @property
    def key(self) -> str:
        """Names the offer in a form, and its column in a platform."""
        return f"{self.slug}/{self.step_id}" if self.step_id else self.slug


def content_item(offer: Offer, *, with_column: bool) -> dict[str, Any]:
    """Deep Linking 2.0, 4.1: one link to us; scored ones bring a column when the platform takes columns."""
    custom = {"course": offer.slug} | ({"step": offer.step_id} if offer.step_id else {})
    item: dict[str, Any] = {"type": RESOURCE_LINK_ITEM, "title": offer.title, "text": offer.text, "custom": custom}
    if offer.is_scored and with_column:
        item["lineItem"] = {"scoreMaximum": MAX_POINTS, "label": offer.title, "resourceId": offer.key, "tag": TAG}
    if offer.due_at is not None:
        item["submission"] = {"endDateTime": offer.due_at.isoformat(timespec="seconds")}
    return item


@dataclass(frozen=True, slots=True)
class PickerSettings:
    """What a platform asks of a choice. `data` is None when it sent none: it is given back just as it came."""

    return_url: str
    accept_multiple: bool
    accepts_links: bool
    accepts_columns: bool
    data: str | None

    def to_json(self) -> dict[str, Any]:
        """For keeping it until the teacher has chosen."""
        return {
            "return_url": self.return_url,
            "accept_multiple": self.accept_multiple,
            "accepts_links": self.accepts_links,
            "accepts_columns": self.accepts_columns,
            "data": self.data,
        }


def picker_settings(claim: Mapping[str, object]) -> PickerSettings:
    """Deep Linking 2.0, 3.4.1. Whether `return_url` may be posted to is for the caller to judge."""
    types = claim.get("accept_types")
    data = claim.get("data")
    return PickerSettings(
        return_url=str(claim.get("deep_link_return_url") or ""),
        accept_multiple=claim.get("accept_multiple") is True,
        accepts_links=isinstance(types, list) and RESOURCE_LINK_ITEM in types,
        accepts_columns=claim.get("accept_lineitem", True) is not False,
        data=data if isinstance(data, str) else None,
    )

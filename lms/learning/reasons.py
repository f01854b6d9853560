"""A verdict's reasons as sentences: what is fulfilled and what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import format_date, gettext

from lms.completion.shortfalls import percent
from lms.completion.verdicts import Reason, Status
from lms.courses.content import CourseContent
from lms.learning.progress import WAITING, CourseProgress, PlacedStep
from lms.web.locale import format_moment, pick


def _(message: str, **params: object) -> str:
    return str(gettext(message, **params))


@dataclass(frozen=True, slots=True)
class Check:
    """An item of `ui.checks`: `ok` None waits for somebody else."""

    text: str
    ok: bool | None
    url: str | None


def checks(reason: Reason, progress: CourseProgress) -> list[Check]:
    """One line for each part of the rule; parts of `all` stand on their own."""
    if reason.code == "all":
        return [check for part in reason.parts for check in checks(part, progress)]
    steps = {placed.step.id: placed for placed in progress.steps}
    return [Check(_said(reason, progress.content, steps), _is_ok(reason, steps), _url(reason, steps))]


def _said(reason: Reason, content: CourseContent, steps: Mapping[str, PlacedStep]) -> str:
    text = _plainly(reason, content, steps)
    if reason.until is not None and reason.at is None and reason.code in ("activity", "by_person"):
        return _("%(what)s, before %(when)s", what=text, when=format_moment(reason.until))
    return text


def _plainly(reason: Reason, content: CourseContent, steps: Mapping[str, PlacedStep]) -> str:
    parts = "; ".join(_said(part, content, steps) for part in reason.parts)
    match reason.code:
        case "all":
            return _("all of this: %(parts)s", parts=parts)
        case "any":
            return _("One of these is enough: %(parts)s", parts=parts)
        case "count":
            return _("At least %(count)s of these: %(parts)s", count=reason.count, parts=parts)
        case "by_person":
            return _criterion(reason, content)
        case _:
            return _activity(reason, steps)


def _criterion(reason: Reason, content: CourseContent) -> str:
    found = content.find_criterion(reason.name)
    title = pick(found.title) if found is not None else reason.name
    if reason.at is None:
        return _("Your tutor confirms: %(criterion)s", criterion=title)
    day = format_date(reason.at, "long")
    return _("%(criterion)s: confirmed by a tutor on %(date)s", criterion=title, date=day)


def _activity(reason: Reason, steps: Mapping[str, PlacedStep]) -> str:
    title = pick(steps[reason.name].step.title) if reason.name in steps else reason.name
    if reason.at_least is None:
        return title
    if reason.share is None or reason.status is Status.DONE:
        return _("“%(title)s”: at least %(share)s %% of the points", title=title, share=percent(reason.at_least))
    return _(
        "“%(title)s”: at least %(share)s %% of the points, so far %(now)s %%",
        title=title,
        share=percent(reason.at_least),
        now=percent(reason.share),
    )


def _is_ok(reason: Reason, steps: Mapping[str, PlacedStep]) -> bool | None:
    if reason.status is Status.DONE:
        return True
    placed = steps.get(reason.name)
    is_waiting = reason.code == "by_person" or (placed is not None and placed.state.state in WAITING)
    return None if is_waiting and reason.status is Status.OPEN else False


def _url(reason: Reason, steps: Mapping[str, PlacedStep]) -> str | None:
    placed = steps.get(reason.name)
    return placed.url if placed is not None else None

"""The participant's page, the tutor's view of it, and taking it along."""

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, render_template, request
from flask_babel import format_decimal
from sqlalchemy.orm import Session

from lms.people.accounts import get_person
from lms.people.actor import Role
from lms.people.visitor import get_actor
from lms.web.access import SIGNED_IN, needs
from lms.web.locale import pick
from lms.web.paging import page_number, paginate
from lms.web.unit import reading
from lms_skillfolio.models import Entry
from lms_skillfolio.rules import skills_shown
from lms_skillfolio.service import SEE, export, holders, list_entries, must_see, seen_people

skillfolio = Blueprint("skillfolio", __name__, url_prefix="/skillfolio")


@skillfolio.get("")
@needs(SIGNED_IN)
def mine() -> str:
    """My skillfolio; for those who accompany participants: theirs, to be searched."""
    session, actor = reading(), get_actor()
    if not actor.may(SEE):
        return _page(session, actor.person_id, is_mine=True)
    words = request.args.get("q", "")[:200]
    pager = paginate(session, seen_people(words, by=actor), page_number())
    return render_template(
        "skillfolio/people.html",
        pager=replace(pager, items=holders(session, pager.items)),
        query=words,
        has_own=Role.PARTICIPANT in actor.roles,
        own_id=actor.person_id,
    )


@skillfolio.get("/<uuid:person_id>")
@needs(SIGNED_IN)
def of_person(person_id: UUID) -> str:
    """The skillfolio of a participant of mine."""
    session, actor = reading(), get_actor()
    must_see(session, person_id, by=actor)
    return _page(session, person_id, is_mine=person_id == actor.person_id)


@skillfolio.get("/export.json")
@needs(SIGNED_IN)
def export_mine() -> Response:
    """My skillfolio as a file."""
    answer = jsonify(export(reading(), get_actor().person_id))
    answer.headers["Content-Disposition"] = "attachment; filename=skillfolio.json"
    return answer


def _page(session: Session, person_id: UUID, *, is_mine: bool) -> str:
    entries = list_entries(session, person_id)
    return render_template(
        "skillfolio/page.html",
        person=get_person(session, person_id),
        is_mine=is_mine,
        is_staff=get_actor().may(SEE),
        hours=sum(entry.hours for entry in entries),
        skills=[
            {"title": pick(skill.title), "times": skill.times, "hours": skill.hours}
            for skill in skills_shown((entry.skills, entry.hours) for entry in entries)
        ],
        entries=[_entry(entry) for entry in entries],
    )


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "title": pick(entry.title),
        "url": entry.url,
        "hours": entry.hours,
        "earned_at": entry.earned_at,
        "skills": [pick(skill["title"]) for skill in entry.skills],
        "evidence": [
            {"title": pick(item["title"]), "score": _points(item["score"]), "max_score": _points(item["max"])}
            for item in entry.evidence
        ],
    }


def _points(text: str) -> str:
    return str(format_decimal(Decimal(text), "#,##0.####"))

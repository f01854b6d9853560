"""Crediting completions and reading them."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms import ledger, registries
from lms.database import new_id
from lms.jobs import JobRun
from lms.ledger import Fact
from lms.ledger.subjects import SubjectKinds, SubjectView
from lms.people.actor import Actor
from lms.people.groups import group_ids_of
from lms_skillfolio.models import Entry

LISTED = 500
COMPLETED = "course.completed"
SCORED = "activity.scored"


def credit(job: JobRun) -> None:
    """React to a completion, or to one taken back. Runs in any order and any number of times to the same end."""
    with job.writing() as session:
        heard = session.get_one(Fact, UUID(job.ids["fact_id"]))
        fact = heard if heard.voids_id is None else session.get_one(Fact, heard.voids_id)
        voiding = session.scalar(select(Fact).where(Fact.voids_id == fact.id))
        entry = session.scalar(select(Entry).where(Entry.fact_id == fact.id))
        if entry is None:
            view = _view(session, fact) or SubjectView(title={"en": fact.subject})
            entry = Entry(
                id=new_id(),
                person_id=fact.person_id,
                fact_id=fact.id,
                subject=fact.subject,
                title=dict(view.title),
                url=view.url,
                hours=view.hours,
                skills=[{"id": skill.id, "title": dict(skill.title)} for skill in view.skills],
                evidence=_evidence(session, fact),
                earned_at=fact.at,
            )
            session.add(entry)
        entry.withdrawn_at = voiding.at if voiding is not None else None


def _view(session: Session, fact: Fact) -> SubjectView | None:
    kind = registries.of(session).get(SubjectKinds).find(fact.subject.partition(":")[0])
    return kind.view(session, fact) if kind is not None else None


def _evidence(session: Session, fact: Fact) -> list[dict[str, Any]]:
    """The scores that stood when the course was completed, the newest of each activity."""
    newest: dict[str, Fact] = {}
    facts = ledger.list_facts(session, fact.person_id, course_run_id=fact.course_run_id, kinds=[SCORED])
    for scored in [scored for scored in facts if scored.recorded_at <= fact.recorded_at]:
        newest[scored.subject] = scored
    evidence = []
    for scored in newest.values():
        view = _view(session, scored)
        title = dict(view.title) if view is not None else {"en": scored.subject}
        evidence.append({"title": title, "score": scored.value["score"], "max": scored.value["max"]})
    return evidence


def list_entries(session: Session, person_id: UUID) -> list[Entry]:
    """What stands in a person's skillfolio, newest first."""
    query = (
        select(Entry)
        .where(Entry.person_id == person_id, Entry.withdrawn_at.is_(None))
        .order_by(Entry.earned_at.desc(), Entry.id)
        .limit(LISTED)
    )
    return list(session.scalars(query))


def must_see(session: Session, person_id: UUID, *, by: Actor) -> None:
    """One's own skillfolio, or that of a participant of one's group. Raises Forbidden."""
    if by.person_id != person_id:
        by.must("skillfolio.see", *group_ids_of(session, person_id), person_id)


def export(session: Session, person_id: UUID) -> list[dict[str, Any]]:
    """Everything that is kept, as plain values."""
    rows = session.scalars(select(Entry).where(Entry.person_id == person_id).order_by(Entry.earned_at).limit(LISTED))
    return [
        {
            "title": row.title,
            "hours": row.hours,
            "skills": row.skills,
            "evidence": row.evidence,
            "earned_at": row.earned_at.isoformat(),
            "withdrawn_at": row.withdrawn_at.isoformat() if row.withdrawn_at else None,
        }
        for row in rows
    ]

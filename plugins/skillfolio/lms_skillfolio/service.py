"""Crediting completions and reading them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from lms import ledger, registries
from lms.database import new_id
from lms.errors import NotFound
from lms.jobs import JobRun
from lms.ledger import Fact
from lms.ledger.subjects import SubjectKinds, SubjectView
from lms.people.actor import Actor, Role
from lms.people.directory import Wanted, search
from lms.people.groups import group_ids_of
from lms.people.models import Person, TutorGroup, TutorGroupMember
from lms_skillfolio.models import Entry

LISTED = 500
SEE = "skillfolio.see"
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
    """One's own skillfolio, or that of a participant of one's group. Raises NotFound: who else there is, is not told."""
    if by.person_id != person_id and not by.may(SEE, *group_ids_of(session, person_id), person_id):
        raise NotFound


def seen_people(words: str, *, by: Actor) -> Select[Person]:
    """Participants whose skillfolio `by` may see, by name; to be paged. Raises Forbidden for who may see nobody's."""
    by.must(SEE)
    scopes = by.scopes(SEE)
    if scopes is None:
        return search(Wanted(words=words, role=Role.PARTICIPANT))
    members = select(TutorGroupMember.person_id).where(TutorGroupMember.group_id.in_(scopes))
    return search(Wanted(words=words)).where(Person.id.in_(members) | Person.id.in_(scopes))


def seen_among(session: Session, person_ids: Sequence[UUID], by: Actor) -> frozenset[UUID]:
    """Those of these people whose skillfolio `by` may see, as `seen_people` has it. One query."""
    if not by.may(SEE):
        return frozenset()
    found = seen_people("", by=by).where(Person.id.in_(person_ids)).with_only_columns(Person.id).order_by(None)
    return frozenset(session.scalars(found))


@dataclass(frozen=True, slots=True)
class Holder:
    """A participant in the list of skillfolios. `earned_at` is the latest completion's, None before the first."""

    id: UUID
    display_name: str
    groups: tuple[str, ...]
    entries: int
    earned_at: datetime | None


def holders(session: Session, people: Sequence[Person]) -> list[Holder]:
    """In the order given; two queries."""
    ids = [person.id for person in people]
    standing = select(Entry.person_id, func.count(), func.max(Entry.earned_at))
    standing = standing.where(Entry.person_id.in_(ids), Entry.withdrawn_at.is_(None)).group_by(Entry.person_id)
    entries = {person_id: (count, earned_at) for person_id, count, earned_at in session.execute(standing)}
    groups: dict[UUID, list[str]] = {}
    titles = select(TutorGroupMember.person_id, TutorGroup.title).join(TutorGroup).order_by(TutorGroup.title)
    for person_id, title in session.execute(titles.where(TutorGroupMember.person_id.in_(ids))):
        groups.setdefault(person_id, []).append(title)
    return [
        Holder(one.id, one.display_name, tuple(groups.get(one.id, ())), *entries.get(one.id, (0, None)))
        for one in people
    ]


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

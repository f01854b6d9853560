"""Use cases. The session, the person who acts and the time are handed in; nothing is committed here."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from lms.database import new_id
from lms.errors import N_, Invalid, NotFound
from lms.jobs import JobRun
from lms.ledger import Fact
from lms.people.actor import Actor
from $package.models import LONGEST, Completion, Note
from $package.permissions import WRITE

COMPLETED = "course.completed"
LISTED = 200


def add_note(session: Session, text: str, *, by: Actor, at: datetime) -> Note:
    """Raises Forbidden, Invalid (no text, or too much)."""
    by.must(WRITE.name)
    text = text.strip()
    if not 0 < len(text) <= LONGEST:
        raise Invalid(N_("A note has between 1 and %(most)s characters."), most=LONGEST)
    note = Note(id=new_id(), person_id=by.person_id, text=text, written_at=at)
    session.add(note)
    return note


def delete_note(session: Session, note_id: UUID, *, by: Actor) -> None:
    """Raises NotFound, for somebody else's note too."""
    note = session.get(Note, note_id)
    if note is None or note.person_id != by.person_id:
        raise NotFound
    session.delete(note)


def list_notes(session: Session, person_id: UUID, *, limit: int = LISTED) -> list[Note]:
    """A person's notes, newest first."""
    query = select(Note).where(Note.person_id == person_id).order_by(Note.written_at.desc(), Note.id)
    return list(session.scalars(query.limit(limit)))


def count_completed(session: Session, person_id: UUID) -> int:
    """How many courses a person has completed."""
    query = select(func.count()).select_from(Completion).where(Completion.person_id == person_id)
    return session.scalar(query) or 0


def hear_completion(job: JobRun) -> None:
    """React to a completion, or to one taken back; comes to the same in any order and however often it is called."""
    with job.writing() as session:
        heard = session.get_one(Fact, UUID(job.ids["fact_id"]))
        fact_id = heard.voids_id or heard.id
        is_voided = session.scalar(select(exists().where(Fact.voids_id == fact_id)))
        known = session.get(Completion, fact_id)
        if is_voided and known is not None:
            session.delete(known)
        elif not is_voided and known is None:
            session.add(Completion(fact_id=fact_id, person_id=heard.person_id))


def export(session: Session, person_id: UUID) -> list[dict[str, Any]]:
    """Everything that is kept of a person, as plain values."""
    notes = session.scalars(select(Note).where(Note.person_id == person_id).order_by(Note.written_at))
    rows: list[dict[str, Any]] = [{"text": note.text, "written_at": note.written_at.isoformat()} for note in notes]
    return [*rows, {"completed_courses": count_completed(session, person_id)}]


def erase(session: Session, person_id: UUID) -> None:
    """Forget a person."""
    session.execute(delete(Note).where(Note.person_id == person_id))
    session.execute(delete(Completion).where(Completion.person_id == person_id))

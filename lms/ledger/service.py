"""Append, void, read; whoever appends gets derivations and reactions with it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from lms import registries
from lms.clock import now
from lms.database import new_id
from lms.jobs import Priority, enqueue
from lms.ledger.kinds import Derivations, FactKinds, Subscribers
from lms.ledger.models import Fact
from lms.people.models import Person

READ_LIMIT = 5000
VOIDED = "ledger.voided"


@dataclass(frozen=True, slots=True)
class NewFact:
    """A fact to be; see `Fact`."""

    key: str
    kind: str
    person_id: UUID
    subject: str
    at: datetime
    source: str
    value: Mapping[str, Any] = field(default_factory=dict)
    course_run_id: UUID | None = None
    actor_id: UUID | None = None


def append(session: Session, new: NewFact) -> Fact:
    """Write the fact, derive what follows, enlist the reactions. The same key again returns the first and does nothing.

    Raises KeyError for a kind nobody registered.
    """
    registries.of(session).get(FactKinds).get(new.kind)
    known = session.scalar(select(Fact).where(Fact.key == new.key))
    if known is not None:
        return known
    fact = Fact(
        id=new_id(),
        key=new.key,
        kind=new.kind,
        person_id=new.person_id,
        subject=new.subject,
        course_run_id=new.course_run_id,
        value=dict(new.value),
        at=new.at,
        recorded_at=now(),
        source=new.source,
        actor_id=new.actor_id,
    )
    return _write(session, fact, heard_as=fact.kind)


def void(session: Session, fact: Fact, *, reason: str, at: datetime, actor_id: UUID | None) -> Fact:
    """Take a fact back, once; the second time returns the first voiding. `reason` is a code, not a text."""
    known = session.scalar(select(Fact).where(Fact.voids_id == fact.id))
    if known is not None:
        return known
    voiding = Fact(
        id=new_id(),
        key=f"void:{fact.id.hex}",
        kind=VOIDED,
        person_id=fact.person_id,
        subject=fact.subject,
        course_run_id=fact.course_run_id,
        value={"kind": fact.kind, "reason": reason},
        at=at,
        recorded_at=now(),
        source="ledger",
        actor_id=actor_id,
        voids_id=fact.id,
    )
    return _write(session, voiding, heard_as=fact.kind)


def _write(session: Session, fact: Fact, *, heard_as: str) -> Fact:
    session.add(fact)
    session.flush()
    if session.get_one(Person, fact.person_id).is_test:  # a teacher looking through a pupil's eyes earns nothing
        return fact
    known = registries.of(session)
    for subscriber in known.get(Subscribers):
        if heard_as in subscriber.kinds:
            enqueue(session, f"react.{subscriber.name}", {"fact_id": str(fact.id)}, key=f"{fact.id.hex}:0")
    for derivation in known.get(Derivations):
        if heard_as not in derivation.ignores:
            derivation.run(session, fact)
    return fact


def list_facts(
    session: Session,
    person_id: UUID,
    *,
    course_run_id: UUID | None = None,
    kinds: Iterable[str] | None = None,
) -> list[Fact]:
    """A person's facts that stand (not voided), in the order in which they happened; at most `READ_LIMIT`."""
    voiding = aliased(Fact)
    query = select(Fact).where(
        Fact.person_id == person_id, Fact.kind != VOIDED, ~exists().where(voiding.voids_id == Fact.id)
    )
    if course_run_id is not None:
        query = query.where(Fact.course_run_id == course_run_id)
    if kinds is not None:
        query = query.where(Fact.kind.in_(list(kinds)))
    return list(session.scalars(query.order_by(Fact.at, Fact.id).limit(READ_LIMIT)))


def list_facts_of_run(
    session: Session, course_run_id: UUID, person_ids: Collection[UUID], *, kinds: Iterable[str]
) -> list[Fact]:
    """The facts of several persons in one run that stand, in the order in which they happened."""
    voiding = aliased(Fact)
    query = select(Fact).where(
        Fact.course_run_id == course_run_id,
        Fact.person_id.in_(list(person_ids)),
        Fact.kind.in_(list(kinds)),
        ~exists().where(voiding.voids_id == Fact.id),
    )
    return list(session.scalars(query.order_by(Fact.at, Fact.id)))


def find_fact(session: Session, key: str) -> Fact | None:
    """The standing fact of this key, if it was not voided."""
    voiding = aliased(Fact)
    return session.scalar(select(Fact).where(Fact.key == key, ~exists().where(voiding.voids_id == Fact.id)))


def replay(session: Session, subscriber_name: str, *, generation: int) -> int:
    """Enlist a subscriber for every older fact of its kinds (a plugin enabled in mid-year); returns how many."""
    subscriber = registries.of(session).get(Subscribers).get(subscriber_name)
    query = select(Fact.id).join(Person, Person.id == Fact.person_id)
    of_kinds = query.where(Fact.kind.in_(subscriber.kinds), Person.is_test.is_(False))
    ids = session.scalars(of_kinds.order_by(Fact.recorded_at)).all()
    for fact_id in ids:
        enqueue(
            session,
            f"react.{subscriber.name}",
            {"fact_id": str(fact_id)},
            key=f"{fact_id.hex}:{generation}",
            priority=Priority.BULK,
        )
    return len(ids)

"""Facts of the ledger as evidence for rules."""

from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from uuid import UUID

from sqlalchemy.orm import Session

from lms import ledger, registries
from lms.completion.kinds import DoneKinds
from lms.completion.verdicts import Evidence
from lms.courses.room import ACTIVITY_SCORED
from lms.courses.subjects import step_of
from lms.ledger import Fact

CONFIRMED = "completion.confirmed"
COMPLETED = "course.completed"


def counted_kinds(session: Session) -> frozenset[str]:
    """The kinds of facts that rules read. The verdict itself is not among them."""
    done = registries.of(session).get(DoneKinds)
    return frozenset({ACTIVITY_SCORED, CONFIRMED, *(kind.name for kind in done)})


def list_evidence(session: Session, person_id: UUID, run_id: UUID) -> list[Evidence]:
    """What stands for a person in a run, in one query."""
    facts = ledger.list_facts(session, person_id, course_run_id=run_id, kinds=counted_kinds(session))
    return list(as_evidence(facts))


def as_evidence(facts: Iterable[Fact]) -> Iterable[Evidence]:
    """Facts of counted kinds as rules see them."""
    for fact in facts:
        if fact.kind == ACTIVITY_SCORED:
            yield _scored(fact)
        elif fact.kind == CONFIRMED:
            yield Evidence(fact.id, fact.at, criterion=fact.value["criterion"])
        elif (step := step_of(fact.subject)) is not None:
            yield Evidence(fact.id, fact.at, step=step)


def _scored(fact: Fact) -> Evidence:
    """A step without points is done by being scored."""
    maximum = Fraction(fact.value["max"])
    share = Fraction(fact.value["score"]) / maximum if maximum > 0 else Fraction(1)
    handed_in = fact.value.get("submitted_at")
    at = datetime.fromisoformat(handed_in) if handed_in else fact.at
    return Evidence(
        fact.id, at, step=fact.value["step"], share=share, generation=int(fact.value["generation"]), is_scored=True
    )

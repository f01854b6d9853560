"""Which facts there are, what follows from one at once, and who hears of it afterwards."""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from lms.jobs import JobRun
from lms.ledger.models import Fact
from lms.registries import ByName


@dataclass(frozen=True, slots=True)
class FactKind:
    """`room.event` in the past tense; `value` documents each key of the fact's value."""

    name: str
    text: str
    value: dict[str, str] = field(default_factory=dict)


class FactKinds(ByName[FactKind]):
    """Every kind that some room or plugin writes."""


@dataclass(frozen=True, slots=True)
class Derivation:
    """Runs in the transaction of the fact, for every fact but those of `ignores`; may append facts of its own."""

    name: str
    run: Callable[[Session, Fact], None]
    ignores: frozenset[str] = frozenset()


class Derivations(ByName[Derivation]):
    """What is worked out at once."""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A reaction in the background: called at least once per fact of its kinds, and of facts that void them.

    `run(job, fact_id)`: the job's `ids` hold `fact_id`. It must be idempotent by (fact, subscriber).
    """

    name: str
    kinds: frozenset[str]
    run: Callable[[JobRun], None]


class Subscribers(ByName[Subscriber]):
    """Who reacts."""

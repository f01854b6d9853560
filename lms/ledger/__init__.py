"""The spine: append-only facts about people, what is derived from them at once, and who reacts to them later."""

from lms.ledger.kinds import Derivation, Derivations, FactKind, FactKinds, Subscriber, Subscribers
from lms.ledger.models import Fact
from lms.ledger.service import NewFact, append, find_fact, list_facts, list_facts_of_run, replay, void

__all__ = [
    "Derivation",
    "Derivations",
    "Fact",
    "FactKind",
    "FactKinds",
    "NewFact",
    "Subscriber",
    "Subscribers",
    "append",
    "find_fact",
    "list_facts",
    "list_facts_of_run",
    "replay",
    "void",
]

"""What completion contributes."""

from collections.abc import Sequence

from flask import Blueprint, Flask

from lms.completion import permissions
from lms.completion.checks import check_rule
from lms.completion.evidence import COMPLETED, CONFIRMED
from lms.completion.rebuild import HANDLER, contract_changed, reevaluate_job
from lms.completion.service import derive
from lms.completion.views import criteria
from lms.courses.kinds import ContentCheck, ContentChecks, ContractListener, ContractListeners
from lms.jobs import Handler, Schedule
from lms.ledger import Derivation, Derivations, FactKind
from lms.people.actor import Permission
from lms.registries import Registries

DAY_SECONDS = 24 * 3600


def lms_blueprints() -> Sequence[Blueprint]:
    return [criteria]


def lms_permissions() -> Sequence[Permission]:
    return permissions.ALL


def lms_fact_kinds() -> Sequence[FactKind]:
    return [
        FactKind(
            COMPLETED,
            "A course run's rule is fulfilled. Voided when it no longer is; then a new one may follow.",
            {
                "rule_version": "int: version of the run's contract",
                "score": "optional: the course's score at that moment, a share 0..1 as a decimal string; a step without a score counts as nothing",
            },
        ),
        FactKind(CONFIRMED, "A person confirmed a criterion of the run's rule.", {"criterion": "name in the rule"}),
    ]


def lms_jobs() -> Sequence[Handler]:
    return [Handler(HANDLER, reevaluate_job)]


def lms_schedules() -> Sequence[Schedule]:
    return [Schedule("completion.nightly", HANDLER, DAY_SECONDS)]


def install(_app: Flask, registries: Registries) -> None:
    """Registries of the core alone."""
    registries.get(Derivations).add(Derivation("completion", derive, ignores=frozenset({COMPLETED})))
    registries.get(ContentChecks).add(ContentCheck("completion", check_rule))
    registries.get(ContractListeners).add(ContractListener("completion", contract_changed))

"""Which facts say that a step is done, so that completion need not know who brings the steps."""

from dataclasses import dataclass

from lms.registries import ByName


@dataclass(frozen=True, slots=True)
class DoneKind:
    """A kind of fact that means: the step in its subject is done, without a score. `activity.scored` is known anyway."""

    name: str


class DoneKinds(ByName[DoneKind]):
    """Every such kind."""

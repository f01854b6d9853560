"""What the supervisor starts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Child:
    """A process that is kept alive, or (for the steps before) run to its end once.

    `env` is added to the supervisor's own environment. `ready` is a URL that answers below 500 once the child works;
    without one it counts as ready when it runs. It starts in `cwd`, by default the state directory.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    ready: str | None = None
    cwd: Path | None = None

"""How long to wait before a child is started again, and which of its lines a terminal shows."""

import re
from dataclasses import dataclass

LONGEST_DELAY_SECONDS = 30.0
SOUND_LIFE_SECONDS = 60.0
"""A child that lived so long has come up well: its next death is counted as the first."""

_LOUD = re.compile(
    r"""\b(WARNING|ERROR|CRITICAL|FATAL)\b      # logging, and most programs
    | ^\[[WEC]\s                                # Jupyter's [E 2026-01-31 10:00:00.000 JupyterHub app:1]
    | \[(warning|error|critical)\s*\]           # structlog for a terminal
    | "level":\s*"(warning|error|critical)"     # structlog for machines
    """,
    re.VERBOSE,
)
_TRACEBACK = "Traceback (most recent call last):"


@dataclass(frozen=True, slots=True)
class BackOff:
    """1, 2, 4 … 30 seconds between starts, and again from 1 after a sound life."""

    failures: int = 0

    def after(self, *, lived_seconds: float) -> "BackOff":
        """The next state, when a child ended after so long a life."""
        return BackOff(1 if lived_seconds >= SOUND_LIFE_SECONDS else self.failures + 1)

    @property
    def delay_seconds(self) -> float:
        """How long to wait now; 0 before the first start."""
        return min(2.0 ** (self.failures - 1), LONGEST_DELAY_SECONDS) if self.failures else 0.0


class Loudness:
    """Tells warnings, errors and whole tracebacks from the rest, line by line."""

    def __init__(self) -> None:
        self._in_traceback = False

    def is_loud(self, line: str) -> bool:
        """Whether somebody who did not ask for the log should see this line."""
        if _TRACEBACK in line:
            self._in_traceback = True
            return True
        if self._in_traceback:
            self._in_traceback = line.startswith((" ", "\t"))
            return True
        return bool(_LOUD.search(line))

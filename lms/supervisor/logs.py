"""What children print: the whole of it in files, and on the terminal what one asked for."""

from collections import deque
from pathlib import Path
from typing import TextIO

from lms.supervisor.rules import Loudness

FILE_BYTES = 10 * 2**20
OLD_FILES = 3
LAST_LINES = 15


class Log:
    """One child's output: `folder/NAME.log` (turned over at 10 MiB, three old ones kept) and prefixed lines."""

    def __init__(self, name: str, folder: Path, terminal: TextIO, *, width: int, verbose: bool) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{name}.log"
        self.last: deque[str] = deque(maxlen=LAST_LINES)
        self._file = self.path.open("ab")
        self._terminal = terminal
        self._prefix = f"{name:<{width}} | "
        self._loudness: Loudness | None = Loudness()
        self._verbose = verbose
        self._rest = b""

    def write(self, data: bytes) -> None:
        """Take bytes as they come; the terminal gets whole lines."""
        self._file.write(data)
        self._file.flush()
        if self._file.tell() > FILE_BYTES:
            self._turn_over()
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._show(line.decode(errors="replace").rstrip("\r"))

    def leave_terminal(self) -> None:
        """From now on the file alone: what a child says of its being stopped alarms nobody who did not ask."""
        self._loudness, self._verbose = None, False

    def close(self) -> None:
        """Show what came without an end of line, and let go of the file."""
        if self._rest:
            self.write(b"\n")
        self._file.close()

    def _show(self, line: str) -> None:
        self.last.append(line)
        if self._verbose or (self._loudness and self._loudness.is_loud(line)):
            print(self._prefix + line, file=self._terminal, flush=True)

    def _turn_over(self) -> None:
        self._file.close()
        for number in range(OLD_FILES, 0, -1):
            newer = self.path.with_suffix(f".log.{number - 1}") if number > 1 else self.path
            if newer.exists():
                newer.replace(self.path.with_suffix(f".log.{number}"))
        self._file = self.path.open("ab")

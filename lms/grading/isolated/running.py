"""One run of a notebook: its cells in order, each on the side it belongs to, with an end to everything."""

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from lms.grading.isolated import frames
from lms.grading.isolated.walls import Walls
from lms.grading.isolated.zygote import Inmate

Output = dict[str, Any]
_GRACE_SECONDS = 3.0
_MAX_DEATHS = 3
_ANSWER_BYTES = 24 * 2**20


class Place(StrEnum):
    """Where a cell runs: the participant's process, both, the tester, or (a test that needs it) the participant's."""

    PARTICIPANT = "participant"
    BOTH = "both"
    TESTER = "tester"
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class RunCell:
    """One cell to run. `prepare` is what the tester runs of a cell that isn't a test, `forget` what it then fetches anew."""

    place: Place
    source: str
    name: str = ""
    prepare: str = ""
    forget: tuple[str, ...] = ()
    allowed: frozenset[str] | None = None
    push: tuple[str, ...] = ()
    seeds: bool = False
    files: bool = False


@dataclass(slots=True)
class Ended:
    """Why a cell has no outputs of its own."""

    timed_out: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """Seconds for one cell, and the moment of time.monotonic() when all ends."""

    cell_seconds: float
    at: float

    def left(self) -> float:
        """Seconds for the next cell."""
        return max(0.0, min(self.cell_seconds, self.at - time.monotonic()))


@dataclass(slots=True)
class Done:
    """What came of a run. By position: outputs, or how it ended; by name of a test what it used and asked for."""

    outputs: dict[int, list[Output]] = field(default_factory=dict)
    ended: dict[int, Ended] = field(default_factory=dict)
    used: dict[str, frozenset[str]] = field(default_factory=dict)
    asked: dict[str, frozenset[str]] = field(default_factory=dict)


class _Died(Exception):
    def __init__(self, position: int, ended: Ended) -> None:
        super().__init__(ended.reason)
        self.position = position
        self.ended = ended


@dataclass(frozen=True, slots=True)
class Arena:
    """Where runs take place. `watch` is a context that bounds a process (by its pid) and tells whether it had to end it."""

    fork: Callable[[str, Walls, socket.socket, dict[str, Any]], Inmate]
    participant: Walls
    tester: Walls
    modules: tuple[str, ...]
    rebound: tuple[str, ...]
    text_bytes: int
    watch: Any

    def run(self, cells: Sequence[RunCell], deadline: Deadline) -> Done:
        """Run all cells. One that kills or outlives its process costs itself alone: the others run again without it.

        Raises NoSandbox.
        """
        lost: dict[int, Ended] = {}
        for _ in range(_MAX_DEATHS + 1):
            try:
                return self._once(cells, deadline, lost)
            except _Died as died:
                lost[died.position] = died.ended
        done = Done(ended=dict(lost))
        for position in range(len(cells)):
            done.ended.setdefault(position, Ended(False, "ended"))
        return done

    def _once(self, cells: Sequence[RunCell], deadline: Deadline, lost: dict[int, Ended]) -> Done:
        done = Done(ended=dict(lost))
        with self._pair() as (participant, tester), self.watch(participant.pid) as watch:
            sides = _Sides(participant, tester, deadline, watch)
            for position, cell in enumerate(cells):
                if position in lost:
                    continue
                if deadline.at <= time.monotonic():
                    done.ended[position] = Ended(True, "no_time")
                    continue
                self._cell(sides, position, cell, done)
        return done

    def _cell(self, sides: "_Sides", position: int, cell: RunCell, done: Done) -> None:
        if cell.place is Place.TESTER:
            answer = sides.test(position, cell)
            done.used[cell.name] = frozenset(answer.get("used", ()))
            done.asked[cell.name] = frozenset(answer.get("asked", ()))
        else:
            answer = sides.run(position, cell.source)
            if cell.place is not Place.LIVE and (cell.prepare or cell.forget):
                sides.prepare(position, cell)
        done.outputs[position] = list(_sound(answer.get("outputs")))
        if sides.interrupted:
            done.ended[position] = Ended(True, "too_long")

    @contextmanager
    def _pair(self) -> Iterator[tuple[Inmate, Inmate]]:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            participant = self.fork("participant", self.participant, ours, {"text_bytes": self.text_bytes})
            try:
                tester = self.fork(
                    "tester", self.tester, theirs, {"modules": list(self.modules), "rebound": list(self.rebound)}
                )
            except BaseException:
                participant.end()
                raise
        try:
            yield participant, tester
        finally:
            participant.end()
            tester.end()


def _sound(outputs: Any) -> Iterator[Output]:
    """Outputs of nbformat's kinds. The participant's process may say anything."""
    for output in outputs if isinstance(outputs, list) else ():
        if not isinstance(output, dict):
            continue
        match output.get("output_type"):
            case "stream" if isinstance(output.get("text"), str):
                yield {"output_type": "stream", "name": str(output.get("name")), "text": output["text"]}
            case "error":
                lines = output.get("traceback")
                texts = [line for line in lines if isinstance(line, str)] if isinstance(lines, list) else []
                name, value = str(output.get("ename")), str(output.get("evalue"))
                yield {"output_type": "error", "ename": name, "evalue": value, "traceback": texts}
            case "display_data" | "execute_result" as kind if isinstance(output.get("data"), dict):
                data = {mime: text for mime, text in output["data"].items() if isinstance(text, str)}
                yield {"output_type": kind, "data": data, "metadata": {}}


@dataclass(slots=True)
class _Sides:
    participant: Inmate
    tester: Inmate
    deadline: Deadline
    watch: Any
    interrupted: bool = False

    def run(self, position: int, source: str) -> dict[str, Any]:
        return self._ask(position, self.participant, {"source": source})

    def test(self, position: int, cell: RunCell) -> dict[str, Any]:
        order = {
            "do": "test",
            "source": cell.source,
            "name": cell.name,
            "allowed": None if cell.allowed is None else sorted(cell.allowed),
            "push": list(cell.push),
            "seeds": cell.seeds,
            "files": cell.files,
        }
        return self._ask(position, self.tester, order)

    def prepare(self, position: int, cell: RunCell) -> None:
        interrupted = self.interrupted
        order = {"do": "prepare", "source": cell.prepare, "name": cell.name or "prepare", "forget": list(cell.forget)}
        self._ask(position, self.tester, order)
        self.interrupted = interrupted

    def _ask(self, position: int, side: Inmate, order: dict[str, Any]) -> dict[str, Any]:
        """Send an order and wait for its answer: Ctrl-C for the participant's code at the end of the time, then the end."""
        self.interrupted = False
        try:
            frames.send(side.control, order)
            with suppress(frames.Late):
                return frames.receive(side.control, wait=self.deadline.left(), most=_ANSWER_BYTES).content
            self.interrupted = True
            self.participant.interrupt()
            with suppress(frames.Late):
                return frames.receive(side.control, wait=_GRACE_SECONDS, most=_ANSWER_BYTES).content
        except frames.Broken as error:
            reason = "too_much_memory" if self.watch.fired else "ended"
            raise _Died(position, Ended(self.interrupted, "too_long" if self.interrupted else reason)) from error
        raise _Died(position, Ended(True, "too_long"))

"""The executor that keeps tests and a participant's code in separate processes, forked from a warm one."""

import functools
import json
import logging
import secrets
import socket
import threading
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from lms import seccomp
from lms.grading.engine import sandbox
from lms.grading.engine.cells import JsonObject, parse_cells
from lms.grading.engine.child.outputs import limited
from lms.grading.engine.executor import Executor, Job, ProcessExecutor
from lms.grading.engine.intake import parse_notebook
from lms.grading.engine.limits import Limits
from lms.grading.engine.plan import (
    Author,
    NotebookPlan,
    make_plan,
    modules_of,
    plans_from,
    plans_text,
    rebound_by,
    run_cells,
)
from lms.grading.engine.processes import Watch
from lms.grading.engine.rebuild import Rebuilt, choose, rebuild
from lms.grading.engine.results import CellKind, Isolation, Outcome
from lms.grading.engine.scoring import DIED, TIMED_OUT, score
from lms.grading.engine.texts import ENDED, NO_TIME, TOO_LONG, TOO_MUCH_MEMORY
from lms.grading.isolated.running import Arena, Deadline, Done, Ended, Place, RunCell
from lms.grading.isolated.walls import Walls
from lms.grading.isolated.zygote import Inmate, NoSandbox, Zygote

log = logging.getLogger(__name__)

_WARM = ("numpy", "pandas", "matplotlib.pyplot", "matplotlib_inline.backend_inline")
_TESTER_MEMORY = 4 * 2**30
_ENDS = {"too_long": TOO_LONG, "no_time": NO_TIME, "too_much_memory": TOO_MUCH_MEMORY, "ended": ENDED}


class IsolatedExecutor:
    """Grades Python notebooks in isolation; hands everything else to `other`.

    Keeps one warm process (about 150 MB) until `close`. For several threads.
    """

    def __init__(self, other: Executor | None = None) -> None:
        self.other = other or ProcessExecutor()
        self._zygote: Zygote | None = None
        self._lock = threading.Lock()

    def close(self) -> None:
        """End the warm process."""
        with self._lock:
            if self._zygote is not None:
                self._zygote.close()
                self._zygote = None

    def run(self, job: Job, limits: Limits) -> dict[str, Any]:
        """See Executor."""
        if job.notebook is None:
            return self.other.run(job, limits)
        started = time.monotonic()
        if not job.bundle.is_dir():
            self.other.run(Job(job.course_dir, job.assignment, job.bundle), limits)
        for _ in range(2):  # the second time with a new warm process
            try:
                grading = self._grading(job, limits, started)
                return self.other.run(job, limits) if grading is None else grading.grade(job.notebook)
            except NoSandbox as error:
                log.warning("No isolated grading: %s.", error)
                self.close()
        return self.other.run(job, limits)

    def _warm(self, cache: Path) -> Zygote:
        with self._lock:
            if self._zygote is None:
                fonts = cache / f"matplotlib-{version('matplotlib')}" if _installed("matplotlib") else cache
                environment = sandbox.environment("/home/participant") | {
                    "MPLCONFIGDIR": str(fonts),
                    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
                }
                self._zygote = Zygote(_WARM, environment)
            return self._zygote

    def _grading(self, job: Job, limits: Limits, started: float) -> "_Grading | None":
        """None when the notebook is none for us."""
        authors = {
            name: Author.of(json.loads((job.bundle / "release" / f"{name}.ipynb").read_bytes()), record)
            for name, record in json.loads((job.bundle / "author.json").read_text()).items()
        }
        submission = parse_cells(parse_notebook(job.notebook or b"", limits))
        name = choose({name: parse_cells(author.released) for name, author in authors.items()}, submission)
        if name is None or not all(_is_python(author.released) for author in authors.values()):
            return None
        plans = self._plans(job, limits, authors)
        if not plans[name].sound:
            return None
        left = limits.wall_seconds - (time.monotonic() - started)
        arena = self._arena(job, limits, authors[name])
        return _Grading(authors[name], plans[name], name, arena, limits, max(1.0, left - min(5.0, left / 6)))

    def _plans(self, job: Job, limits: Limits, authors: dict[str, Author]) -> dict[str, NotebookPlan]:
        path = job.bundle / "plan.json"
        if path.is_file():
            return plans_from(path.read_text())
        plans = {}
        for name, author in authors.items():
            plans[name] = make_plan(author, functools.partial(self._try, self._arena(job, limits, author), limits))
        draft = path.with_name(f".plan-{secrets.token_hex(4)}")
        draft.write_text(plans_text(plans))
        draft.rename(path)
        return plans

    @staticmethod
    def _try(arena: Arena, limits: Limits, cells: list[RunCell | None]) -> Done:
        return _run(arena, cells, Deadline(limits.cell_seconds, time.monotonic() + limits.wall_seconds))

    def _arena(self, job: Job, limits: Limits, author: Author) -> Arena:
        self._warm(job.bundle.parent)
        participant, tester = (
            Walls(
                roots=sandbox.readable_roots(),
                data=str(job.bundle / "data"),
                uid=sandbox.fresh_uid(),
                memory=memory,
                disk=limits.disk_bytes,
                file=limits.file_bytes,
                processes=limits.processes,
                calls=seccomp.program(memfd=False, system_v=False),
            )
            for memory in (limits.memory_bytes, _TESTER_MEMORY)
        )
        watch = functools.partial(Watch, memory_bytes=limits.memory_bytes, also=lambda: False)
        modules, rebound = modules_of(author), rebound_by(author)
        return Arena(self._fork, participant, tester, modules, rebound, limits.text_bytes, watch)

    def _fork(self, side: str, walls: Walls, line: socket.socket, options: dict[str, Any]) -> Inmate:
        with self._lock:
            if self._zygote is None:
                raise NoSandbox("the warm process was ended")
            return self._zygote.fork(side, walls, line, options)


@functools.cache
def _installed(package: str) -> bool:
    import importlib.util

    return importlib.util.find_spec(package) is not None


def _is_python(notebook: JsonObject) -> bool:
    metadata = notebook["metadata"]
    language = (
        metadata.get("kernelspec", {}).get("language") or metadata.get("language_info", {}).get("name") or "python"
    )
    return "python" in str(language).lower()


def _run(arena: Arena, cells: list[RunCell | None], deadline: Deadline) -> Done:
    """As Arena.run, with the positions of the notebook."""
    positions = [position for position, cell in enumerate(cells) if cell is not None]
    done = arena.run([cell for cell in cells if cell is not None], deadline)
    done.outputs = {positions[index]: outputs for index, outputs in done.outputs.items()}
    done.ended = {positions[index]: ended for index, ended in done.ended.items()}
    return done


@dataclass(frozen=True, slots=True)
class _Grading:
    author: Author
    plan: NotebookPlan
    name: str
    arena: Arena
    limits: Limits
    seconds: float

    def grade(self, notebook: bytes) -> dict[str, Any]:
        started = time.monotonic()
        rebuilt = rebuild(self.author.released, parse_cells(parse_notebook(notebook, self.limits)))
        cells = parse_cells(rebuilt.notebook)
        hides = any(
            self.author.tests.get(cell.grade_id or "", cell.source) != cell.source for cell in cells if cell.locked
        )
        outputs = self._outputs(rebuilt, started + self.seconds * (0.6 if hides else 1.0), visible=False)
        scores: dict[str, float | None] = {}
        outcomes: dict[str, str] = {}
        released = {cell.grade_id: cell.source for cell in parse_cells(self.author.released)}
        for position, cell in enumerate(cells):
            if cell.grade_id is None or cell.kind is None or cell.kind is CellKind.TASK:
                continue
            if cell.kind is CellKind.ANSWER:
                answered = cell.source.strip() and cell.source != released[cell.grade_id]
                scores[cell.grade_id] = None if answered else 0.0
                outcomes[cell.grade_id] = (Outcome.WAITS if answered else Outcome.NO_ANSWER).value
            else:
                points, outcome = score(outputs.get(position, []), cell.points)
                scores[cell.grade_id], outcomes[cell.grade_id] = float(points), outcome.value
        if hides:
            outputs = self._outputs(rebuilt, started + self.seconds, visible=True)
        live = any(test.place is Place.LIVE for test in self.plan.tests.values())
        return {
            "notebook": self.name,
            "cells": rebuilt.notebook["cells"],
            "own": sorted(rebuilt.own),
            "repairs": [[repair.code, repair.cell] for repair in rebuilt.repairs],
            "scores": scores,
            "outcomes": outcomes,
            "outputs": limited([{"outputs": outputs.get(position, [])} for position in range(len(cells))], self.limits),
            "isolation": Isolation.SANDBOX.value,
            "mode": "live" if live else "isolated",
        }

    def _outputs(self, rebuilt: Rebuilt, until: float, *, visible: bool) -> dict[int, list[Any]]:
        cells = run_cells(self.author, rebuilt.notebook, self.plan.tests, visible=visible)
        done = _run(self.arena, cells, Deadline(self.limits.cell_seconds, until))
        for position, ended in done.ended.items():
            done.outputs[position] = [
                *(o for o in done.outputs.get(position, []) if o.get("output_type") == "stream"),
                _ended(ended),
            ]
        return done.outputs


def _ended(ended: Ended) -> dict[str, Any]:
    name, text = TIMED_OUT if ended.timed_out else DIED, _ENDS[ended.reason]
    return {"output_type": "error", "ename": name, "evalue": text, "traceback": [f"{name}: {text}"]}

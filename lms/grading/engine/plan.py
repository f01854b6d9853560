"""How each cell of an assignment is run: found out once, by trying the author's solution and the empty version.

A test runs apart from the participant's code (`isolated`) if the solution earns its points there, it asks for
something of the participant's, and the version without answers earns no more than it does in one process. What the
test did to the solution's objects is all that it may do to a participant's. Every other test runs as nbgrader runs it
(`live`), in the participant's own sandboxed process.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from lms.grading.engine.cells import Cell, JsonObject, parse_cells
from lms.grading.engine.rebuild import rebuild
from lms.grading.engine.results import CellKind
from lms.grading.engine.scoring import score
from lms.grading.isolated.names import BUILTINS, CellNames, names_of
from lms.grading.isolated.running import Done, Place, RunCell


@dataclass(frozen=True, slots=True)
class TestPlan:
    """How one test runs; `allowed` is what it may do to a participant's objects."""

    place: Place
    allowed: frozenset[str] = frozenset()
    reason: str = ""
    """Why it runs live, for the author."""


@dataclass(frozen=True, slots=True)
class NotebookPlan:
    """How one notebook runs. `sound` is whether the solution earns all its points in one of the two ways."""

    tests: dict[str, TestPlan]
    modules: tuple[str, ...]
    rebound: tuple[str, ...]
    """Builtins that the author's own cells bind anew."""
    sound: bool

    def as_json(self) -> JsonObject:
        """For the cache."""
        tests = {name: [plan.place.value, sorted(plan.allowed), plan.reason] for name, plan in self.tests.items()}
        return {"tests": tests, "modules": list(self.modules), "rebound": list(self.rebound), "sound": self.sound}

    @staticmethod
    def from_json(data: JsonObject) -> "NotebookPlan":
        """Back from the cache."""
        tests = {
            name: TestPlan(Place(place), frozenset(allowed), reason)
            for name, (place, allowed, reason) in data["tests"].items()
        }
        return NotebookPlan(tests, tuple(data["modules"]), tuple(data["rebound"]), bool(data["sound"]))


@dataclass(frozen=True, slots=True)
class Author:
    """One notebook as its author has it: `tests` are whole texts by grade_id, `solved` the release with the solution."""

    released: JsonObject
    tests: dict[str, str]
    solved: JsonObject

    @staticmethod
    def of(released: JsonObject, record: JsonObject) -> "Author":
        """From a bundle's `author.json`."""
        return Author(released, record["tests"], rebuild(released, parse_cells(record["solution"])).notebook)

    def names(self) -> dict[str, CellNames]:
        """What the author's cells bind and read: of tests the whole text, of solutions the author's."""
        cells = [cell for cell in parse_cells(self.solved) if cell.cell_type == "code"]
        return {_key(cell): names_of(self.tests.get(cell.grade_id or "", cell.source)) for cell in cells}


def _key(cell: Cell) -> str:
    return cell.grade_id or cell.source


def rebound_by(author: Author) -> tuple[str, ...]:
    """Builtins that the author's cells bind, other than tests."""
    bound = [names.binds for key, names in author.names().items() if key not in author.tests]
    return tuple(sorted(BUILTINS.intersection(frozenset().union(*bound))))


def modules_of(author: Author) -> tuple[str, ...]:
    """What the author's cells import."""
    return tuple(sorted(set().union(*(names.modules for names in author.names().values()))))


def run_cells(
    author: Author, notebook: JsonObject, tests: dict[str, TestPlan], *, visible: bool, record: bool = False
) -> list[RunCell | None]:
    """What to run for each cell of `notebook`, a rebuilt one; None for what isn't code.

    `visible` leaves hidden tests out, `record` lets the tests do what they like and is for the author's solution.
    """
    names = author.names()
    bound_by_tests = set().union(*(names[key].binds for key in names if key in author.tests))
    read_by_code = set().union(*(names[key].reads for key in names if key not in author.tests))
    read_by_tests = set().union(*(names[key].reads for key in names if key in author.tests))
    push = tuple(sorted(bound_by_tests & read_by_code))
    result: list[RunCell | None] = []
    for cell in parse_cells(notebook):
        own = names.get(_key(cell), CellNames())
        if cell.cell_type != "code":
            result.append(None)
        elif cell.kind is CellKind.TEST and cell.grade_id is not None:
            plan = tests[cell.grade_id]
            source = cell.source if visible else author.tests.get(cell.grade_id, cell.source)
            allowed = None if record else plan.allowed
            files = "open(" in source or "read_" in source or "path" in source.lower()
            result.append(
                RunCell(plan.place, source, cell.grade_id, allowed=allowed, push=push, seeds=own.seeds, files=files)
            )
        elif cell.locked:
            source = cell.source if visible else author.tests.get(cell.grade_id or "", cell.source)
            needed = own.binds & read_by_tests
            result.append(RunCell(Place.BOTH, source, cell.grade_id or "", prepare=source if needed else ""))
        else:
            imports = "" if cell.solution else own.imports
            result.append(RunCell(Place.PARTICIPANT, cell.source, "", imports, tuple(sorted(own.binds))))
    return result


def points_of(cells: Sequence[Cell], outputs: dict[int, list[Any]], lost: set[int]) -> dict[str, Decimal]:
    """Points of each test of a run."""
    return {
        cell.grade_id: Decimal(0) if position in lost else score(outputs.get(position, []), cell.points)[0]
        for position, cell in enumerate(cells)
        if cell.kind is CellKind.TEST and cell.grade_id is not None and cell.cell_type == "code"
    }


def make_plan(author: Author, run: Callable[[list[RunCell | None]], Done]) -> NotebookPlan:
    """Try the solution and the version without answers, each in both ways."""
    cells = parse_cells(author.released)
    tests = [
        cell for cell in cells if cell.kind is CellKind.TEST and cell.grade_id is not None and cell.cell_type == "code"
    ]
    apart = {cell.grade_id or "": TestPlan(Place.TESTER) for cell in tests}
    together = {name: TestPlan(Place.LIVE) for name in apart}

    def tried(notebook: JsonObject, way: dict[str, TestPlan], *, record: bool) -> tuple[Done, dict[str, Decimal]]:
        done = run(run_cells(author, notebook, way, visible=False, record=record))
        return done, points_of(parse_cells(notebook), done.outputs, set(done.ended))

    done, solved_apart = tried(author.solved, apart, record=True)
    _, solved_together = tried(author.solved, together, record=True)
    allowed = {name: replace(plan, allowed=done.used.get(name, frozenset())) for name, plan in apart.items()}
    _, empty_apart = tried(author.released, allowed, record=False)
    _, empty_together = tried(author.released, together, record=False)
    plans = {}
    for cell in tests:
        name = cell.grade_id or ""
        reason = ""
        if solved_apart[name] < cell.points:
            reason = "the solution does not pass it from outside"
        elif not done.asked.get(name):
            reason = "it asks for nothing of the participant's"
        elif empty_apart[name] > empty_together[name]:
            reason = "the empty version earns more from outside"
        plans[name] = TestPlan(Place.LIVE, reason=reason) if reason else allowed[name]
    sound = all(
        (solved_together if plans[cell.grade_id or ""].place is Place.LIVE else solved_apart)[cell.grade_id or ""]
        == cell.points
        for cell in tests
    )
    return NotebookPlan(plans, modules_of(author), rebound_by(author), sound)


def plans_text(plans: dict[str, NotebookPlan]) -> str:
    """For the cache."""
    return json.dumps({name: plan.as_json() for name, plan in plans.items()})


def plans_from(text: str) -> dict[str, NotebookPlan]:
    """From the cache."""
    return {name: NotebookPlan.from_json(data) for name, data in json.loads(text).items()}

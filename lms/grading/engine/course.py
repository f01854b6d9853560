"""A course directory of nbgrader, read as it lies: no nbgrader, no execution, nothing written."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from lms.grading.engine.cells import Cell, parse_cells, raw_cells
from lms.grading.engine.config import FILE, CourseConfig, read_config
from lms.grading.engine.results import CellKind

IGNORED = (".ipynb_checkpoints", "__pycache__", ".DS_Store")


class WrongCall(Exception):
    """What the caller named is not there; the text is one sentence for the terminal."""


class BrokenAssignment(Exception):
    """The assignment itself can't be used: its author has to mend it."""


@dataclass(frozen=True, slots=True)
class GradeCell:
    """One cell with points. `manual` cells are judged by a person."""

    grade_id: str
    kind: CellKind
    max_score: Decimal

    @property
    def manual(self) -> bool:
        """Whether a person judges it."""
        return self.kind is not CellKind.TEST


@dataclass(frozen=True, slots=True)
class NotebookInfo:
    """One notebook of an assignment; `name` has no suffix."""

    name: str
    grade_ids: frozenset[str]
    grade_cells: tuple[GradeCell, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class AssignmentInfo:
    """An assignment as its source folder states it."""

    name: str
    folder: Path
    notebooks: tuple[NotebookInfo, ...]
    data_files: tuple[str, ...]

    @property
    def grade_cells(self) -> tuple[GradeCell, ...]:
        """The grade cells of all notebooks."""
        return tuple(cell for notebook in self.notebooks for cell in notebook.grade_cells)

    @property
    def max_score(self) -> Decimal:
        """Automatic points."""
        return sum((cell.max_score for cell in self.grade_cells if not cell.manual), Decimal(0))

    @property
    def manual_max_score(self) -> Decimal:
        """Points given by a person."""
        return sum((cell.max_score for cell in self.grade_cells if cell.manual), Decimal(0))


def source_folder(course_dir: Path, assignment: str, config: CourseConfig) -> Path:
    """The folder of the assignment's source. Raises WrongCall."""
    if not course_dir.is_dir():
        raise WrongCall(f"There is no course directory {course_dir}.")
    if not assignment or assignment in (".", "..") or "/" in assignment or "\0" in assignment:
        raise WrongCall(f"{assignment!r} is no name of an assignment.")
    folder = course_dir / config.source_directory / assignment
    if not folder.is_dir():
        raise WrongCall(f"The course {course_dir} has no assignment {assignment!r} in {config.source_directory}/.")
    return folder


def files_of(folder: Path) -> Iterator[Path]:
    """All regular files below the folder in a stable order, without what editors and Python leave behind.

    A link counts while it stays in the course: participants get these files.
    """
    course = folder.parent.parent.resolve()
    for path in sorted(folder.rglob("*")):
        if any(part in IGNORED for part in path.relative_to(folder).parts):
            continue
        if path.is_file() and path.resolve().is_relative_to(course):
            yield path


def _notebook(path: Path) -> NotebookInfo:
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BrokenAssignment(f"{path}: {error}") from error
    if not isinstance(notebook, dict) or not raw_cells(notebook):
        raise BrokenAssignment(f"{path}: no notebook with cells")
    cells = parse_cells(notebook)
    graded = tuple(
        GradeCell(cell.grade_id, cell.kind, cell.points)
        for cell in cells
        if cell.grade_id is not None and cell.kind is not None
    )
    return NotebookInfo(path.stem, frozenset(c.grade_id for c in cells if c.grade_id is not None), graded, cells)


def inspect(course_dir: Path, assignment: str) -> AssignmentInfo:
    """What the assignment consists of. Raises WrongCall, BrokenAssignment."""
    folder = source_folder(course_dir, assignment, read_config(course_dir))
    notebooks = tuple(_notebook(path) for path in sorted(folder.glob("*.ipynb")))
    if not notebooks:
        raise WrongCall(f"The folder {folder} has no notebook.")
    data = tuple(str(path.relative_to(folder)) for path in files_of(folder) if path.suffix != ".ipynb")
    return AssignmentInfo(assignment, folder, notebooks, data)


def assignments(course_dir: Path) -> tuple[str, ...]:
    """The names of all assignments of a course directory."""
    root = course_dir / read_config(course_dir).source_directory
    return tuple(sorted(path.name for path in root.iterdir() if any(path.glob("*.ipynb")))) if root.is_dir() else ()


def fingerprint(course_dir: Path, assignment: str) -> str:
    """SHA-256 over everything the release version depends on: source files, configuration, header and footer."""
    config = read_config(course_dir)
    folder = source_folder(course_dir, assignment, config)
    digest = hashlib.sha256(assignment.encode())
    extra = [course_dir / name for name in (FILE, "autotests.yml", *config.extra_notebooks())]
    for path in [*files_of(folder), *(path for path in extra if path.is_file())]:
        digest.update(f"\0{path.relative_to(course_dir)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()

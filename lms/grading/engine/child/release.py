"""The release version of an assignment and nbgrader's record of its source, made once for each state of the source."""

import contextlib
import json
import logging
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from alembic.script import ScriptDirectory
from nbgrader.api import Base, Gradebook
from nbgrader.converters.base import NbGraderException
from nbgrader.converters.generate_assignment import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.dbutil import ALEMBIC_DIR
from nbgrader.nbgraderformat import MetadataValidator, ValidationError
from sqlalchemy import create_engine, text
from traitlets.config import Config

from lms.grading.engine.config import read_config
from lms.grading.engine.course import BrokenAssignment, files_of, source_folder


@dataclass(frozen=True, slots=True)
class Bundle:
    """A folder with `release/*.ipynb`, `data/` (files the notebooks need), `gradebook.db` (nbgrader's record).

    And `author.json`, by notebook: `tests`, the whole text of each locked cell by its grade_id, and `solution`, the
    notebook as its author solved it.
    """

    folder: Path

    @property
    def gradebook(self) -> Path:
        """The scratch gradebook as it is before any submission."""
        return self.folder / "gradebook.db"

    @property
    def data(self) -> Path:
        """Files beside the notebooks."""
        return self.folder / "data"

    def notebooks(self) -> dict[str, dict[str, Any]]:
        """Release versions by name."""
        return {path.stem: json.loads(path.read_bytes()) for path in sorted((self.folder / "release").glob("*.ipynb"))}


def nbgrader_config(course_dir: Path) -> Config:
    """The declarative part of the course's configuration, as nbgrader wants it."""
    config = Config()
    for section, traits in read_config(course_dir).settings.items():
        for trait, value in traits.items():
            if trait != "source_directory":
                config[section][trait] = value
    return config


def place(root: Path, assignment: str, config: Config) -> CourseDirectory:
    """nbgrader's view of our scratch course."""
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.db_url = f"sqlite:///{root}/gradebook.db"
    config.CourseDirectory.assignment_id = assignment
    return CourseDirectory(config=config)


def copy_readable(origin: Path, target: Path) -> None:
    """Copy the content alone: the sandbox runs as another user, and the origin's modes are no business of ours."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(origin, target)
    target.chmod(0o644)


def _upgraded(path: Path) -> nbformat.NotebookNode:
    """The source notebook with nbgrader's metadata in today's version, which nbgrader itself asks authors to do."""
    try:
        notebook = nbformat.read(path, as_version=nbformat.current_nbformat)  # type: ignore[no-untyped-call]
        upgraded: nbformat.NotebookNode = MetadataValidator().upgrade_notebook_metadata(notebook)
    except Exception as error:  # nbformat and nbgrader raise a dozen unrelated types here
        raise BrokenAssignment(f"{path}: {error}") from error
    return upgraded


def _make_gradebook(path: Path) -> None:
    """An empty gradebook. nbgrader would start the `alembic` program from PATH for its version number alone."""
    engine = create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        head = ScriptDirectory(ALEMBIC_DIR).get_current_head()
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": head})
    engine.dispose()


def _generate(course_dir: Path, assignment: str, root: Path) -> None:
    folder = source_folder(course_dir, assignment, read_config(course_dir))
    target = root / "source" / assignment
    for path in files_of(folder):
        relative = path.relative_to(folder)
        if path.suffix == ".ipynb" and len(relative.parts) == 1:
            target.mkdir(parents=True, exist_ok=True)
            nbformat.write(_upgraded(path), target / relative)  # type: ignore[no-untyped-call]
        elif path.suffix != ".ipynb":
            copy_readable(path, target / relative)
            copy_readable(path, root / "data" / relative)
    (root / "data").mkdir(exist_ok=True)
    for name in ("autotests.yml", *read_config(course_dir).extra_notebooks()):
        if (course_dir / name).is_file():
            copy_readable(course_dir / name, root / name)
    _make_gradebook(root / "gradebook.db")
    config = nbgrader_config(course_dir)
    converter = GenerateAssignment(coursedir=place(root, assignment, config), config=config)
    records: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: records.append(record.getMessage())  # type: ignore[method-assign]
    handler.setLevel(logging.ERROR)
    converter.log.addHandler(handler)
    try:
        converter.start()
    except (NbGraderException, ValidationError) as error:
        raise BrokenAssignment("\n".join(records) or str(error)) from error
    finally:
        converter.log.removeHandler(handler)


def _author(root: Path, assignment: str) -> dict[str, Any]:
    result: dict[str, Any] = {}
    with Gradebook(f"sqlite:///{root}/gradebook.db") as gradebook:
        for path in sorted((root / "source" / assignment).glob("*.ipynb")):
            records = gradebook.find_notebook(path.stem, assignment).source_cells
            tests = {cell.name: cell.source for cell in records if cell.locked and cell.cell_type == "code"}
            result[path.stem] = {"tests": tests, "solution": json.loads(path.read_bytes())}
    return result


def make_bundle(course_dir: Path, assignment: str, target: Path) -> Bundle:
    """The bundle in `target`, made if it isn't there yet. Raises BrokenAssignment."""
    if target.is_dir():
        return Bundle(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="making-", dir=target.parent) as name:
        root = Path(name) / "course"
        root.mkdir()
        _generate(course_dir, assignment, root)
        made = Path(name) / "bundle"
        made.mkdir()
        (root / "release" / assignment).rename(made / "release")
        (root / "data").rename(made / "data")
        (made / "author.json").write_text(json.dumps(_author(root, assignment)))
        (root / "gradebook.db").rename(made / "gradebook.db")
        for folder in (made, *(path for path in made.rglob("*") if path.is_dir())):
            folder.chmod(0o755)
        with contextlib.suppress(OSError):  # another process was first: its bundle is the same
            made.rename(target)
    return Bundle(target)

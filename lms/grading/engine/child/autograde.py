"""nbgrader's autograde for one rebuilt notebook, and the run whose outputs may be shown."""

import json
import logging
import os
import shutil
import time
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.converters.autograde import Autograde
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearOutput,
    IgnorePattern,
    LimitOutput,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)
from traitlets.config import Config

from lms.grading.engine import sandbox
from lms.grading.engine.cells import JsonObject, parse_cells
from lms.grading.engine.child.execute import KERNEL_NAME, BoundedExecute, Run
from lms.grading.engine.child.release import Bundle, place
from lms.grading.engine.limits import Limits
from lms.grading.engine.results import Isolation, Outcome
from lms.grading.engine.sandbox import Box
from lms.grading.engine.scoring import score

PARTICIPANT = "participant"


class ScoreCells(SaveAutoGrades):  # type: ignore[misc]  # nbgrader has no types
    """SaveAutoGrades with our rule for test cells; remembers why each cell has its score."""

    def __init__(self, outcomes: dict[str, Outcome], **settings: Any) -> None:
        self.outcomes = outcomes
        super().__init__(**settings)

    def _add_score(self, cell: NotebookNode, resources: Any) -> None:
        name = cell.metadata.nbgrader["grade_id"]
        grade = self.gradebook.find_grade(name, self.notebook_id, self.assignment_id, self.student_id)
        if utils.is_solution(cell):
            auto, _ = utils.determine_grade(cell, self.log)
            auto = auto if cell.source.strip() else 0
            self.outcomes[name] = Outcome.WAITS if auto is None else Outcome.NO_ANSWER
        else:
            points, self.outcomes[name] = score(cell.outputs, Decimal(str(cell.metadata.nbgrader["points"])))
            auto = float(points)
        grade.auto_score = auto
        grade.needs_manual_grade = auto is None
        self.gradebook.db.commit()


@dataclass(frozen=True, slots=True)
class Graded:
    """What nbgrader made of one notebook. `shown` is executed, in a run without hidden tests."""

    outcomes: dict[str, Outcome]
    scores: dict[str, float | None]
    shown: NotebookNode


@dataclass(frozen=True, slots=True)
class Grading:
    """One notebook to grade in a scratch folder. `seconds` are left for running cells, from the moment it is made."""

    bundle: Bundle
    fonts: Path
    config: Config
    assignment: str
    name: str
    notebook: JsonObject
    scratch: Path
    limits: Limits
    isolation: Isolation
    seconds: float
    started: float = field(default_factory=time.monotonic)

    @property
    def root(self) -> Path:
        """nbgrader's course directory for this one submission."""
        return self.scratch / "course"

    def gradebook(self) -> Gradebook:
        """The scratch gradebook."""
        return Gradebook(f"sqlite:///{self.root}/gradebook.db")

    def grade(self) -> Graded:
        """Score the notebook and run it for show: twice if tests are hidden, else once."""
        self._lay_out()
        hides = self._hides()
        # The run that counts comes first and may take more than half of the time.
        outcomes = self._autograde(self.started + self.seconds * (0.6 if hides else 1.0))
        with self.gradebook() as gradebook:
            submission = gradebook.find_submission_notebook(self.name, self.assignment, PARTICIPANT)
            scores = {grade.name: grade.auto_score for grade in submission.grades}
        return Graded(outcomes, scores, self._run_visible() if hides else self._autograded())

    def _lay_out(self) -> None:
        submitted = self.root / "submitted" / PARTICIPANT / self.assignment
        submitted.mkdir(parents=True)
        (self.root / "source" / self.assignment).mkdir(parents=True)
        shutil.copyfile(self.bundle.gradebook, self.root / "gradebook.db")
        (submitted / f"{self.name}.ipynb").write_text(json.dumps(self.notebook))
        os.environ["JUPYTER_PATH"] = str(self.scratch / "jupyter")

    def _hides(self) -> bool:
        """Whether the source has code in locked cells that the release doesn't show."""
        with self.gradebook() as gradebook:
            records = gradebook.find_notebook(self.name, self.assignment).source_cells
            source = {cell.name: cell.source for cell in records if cell.locked and cell.cell_type == "code"}
        release = {cell.grade_id: cell.source for cell in parse_cells(self.notebook) if cell.locked}
        return any(text != release.get(grade_id) for grade_id, text in source.items())

    def _autograde(self, deadline: float) -> dict[str, Outcome]:
        outcomes: dict[str, Outcome] = {}
        converter = Autograde(coursedir=place(self.root, self.assignment, self.config), config=self.config)
        converter.log.setLevel(logging.ERROR)
        converter.sanitize_preprocessors = [ClearOutput, OverwriteKernelspec, OverwriteCells, CheckCellMetadata]
        converter.autograde_preprocessors = [
            self._runner("score", deadline),
            IgnorePattern,
            LimitOutput,
            ScoreCells(outcomes, config=self.config),
            CheckCellMetadata,
        ]
        converter.start()
        return outcomes

    def _autograded(self) -> NotebookNode:
        path = self.root / "autograded" / PARTICIPANT / self.assignment / f"{self.name}.ipynb"
        notebook: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        return notebook

    def _run_visible(self) -> NotebookNode:
        notebook: NotebookNode = nbformat.from_dict(self.notebook)  # type: ignore[no-untyped-call]
        notebook, _ = self._runner("show", self.started + self.seconds).preprocess(notebook, {"metadata": {}})
        return notebook

    def _runner(self, name: str, deadline: float) -> BoundedExecute:
        kernel = f"{KERNEL_NAME}-{name}"
        sockets = self._install_kernel(kernel)
        settings = Config(self.config)
        # Sockets in a folder: a kernel without network can't be reached by TCP.
        settings.ConnectionFileMixin.transport = "ipc"
        settings.ConnectionFileMixin.ip = str(sockets / "k")
        settings.KernelManager.connection_file = str(sockets / "connection.json")
        return BoundedExecute(Run(self.limits, sockets, deadline, kernel), config=settings)

    def _install_kernel(self, name: str) -> Path:
        """A kernel of our own for jupyter_client to find; returns the folder of its sockets."""
        sockets, work = self.scratch / f"s-{name}", self.scratch / f"home-{name}"
        sockets.mkdir()
        work.mkdir()
        calls = self.scratch / f"calls-{name}"
        box = Box(data=self.bundle.data, fonts=self.fonts, sockets=sockets, calls=calls, work=work)
        if self.isolation is not Isolation.LIMITS_ONLY:
            sandbox.write_calls(calls)
            if os.geteuid() == 0:
                os.chown(sockets, box.uid, box.uid)
        spec = {
            "argv": [*sandbox.command(box, self.limits, self.isolation), "{connection_file}"],
            "display_name": name,
            "language": "python",
            "interrupt_mode": "message",  # a signal would hit the sandbox around the kernel
        }
        folder = self.scratch / "jupyter" / "kernels" / name
        folder.mkdir(parents=True)
        (folder / "kernel.json").write_text(json.dumps(spec))
        return sockets

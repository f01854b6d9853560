"""The courses that come with the product: their solutions earn everything, what pupils are handed earns nothing."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
ASSIGNMENTS = sorted(path for path in ROOT.glob("courses/*/source/*") if path.is_dir())


def graded(assignment: Path, notebook: Path) -> dict[str, Any]:
    """What `python3 -m lms grade COURSE ASSIGNMENT NOTEBOOK --json` prints."""
    program = "import sys; from lms.cli import main; main(sys.argv[1:])"
    words = ["grade", str(assignment.parents[1]), assignment.name, str(notebook), "--json"]
    done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=True, cwd=ROOT)
    (line,) = done.stdout.splitlines()
    answer: dict[str, Any] = json.loads(line)
    return answer


def points(source: Path) -> float:
    """The automatic points that the source itself states."""
    cells = [cell["metadata"].get("nbgrader", {}) for cell in json.loads(source.read_bytes())["cells"]]
    return sum(mark["points"] for mark in cells if mark.get("grade") and not mark.get("solution"))


@pytest.mark.parametrize("assignment", ASSIGNMENTS, ids=lambda path: path.name)
@pytest.mark.timeout(300)
def test_own_source_gets_full_automatic_marks(assignment: Path) -> None:
    source = assignment / f"{assignment.name}.ipynb"

    result = graded(assignment, source)

    assert (result["status"], result["score"], result["max_score"]) == ("needs_grading", points(source), points(source))
    assert result["manual_max_score"] > 0


@pytest.mark.parametrize("assignment", ASSIGNMENTS, ids=lambda path: path.name)
@pytest.mark.timeout(300)
def test_release_made_by_stock_nbgrader_gets_nothing(assignment: Path, tmp_path: Path) -> None:
    shutil.copytree(assignment, tmp_path / "source" / assignment.name)
    subprocess.run(
        [sys.executable, "-m", "nbgrader", "generate_assignment", assignment.name],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        env={"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "HOME": str(tmp_path)},
    )

    result = graded(assignment, tmp_path / "release" / assignment.name / f"{assignment.name}.ipynb")

    assert result["score"] == 0
    assert result["max_score"] > 0
    assert [cell["score"] for cell in result["cells"]] == [0] * len(result["cells"])

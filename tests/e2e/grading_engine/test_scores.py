"""Points for honest and for damaged submissions."""

import copy
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from lms.grading import engine
from lms.grading.engine import Outcome, Repair, Status
from tests.factories import notebooks as nb


def scores(result: engine.GradeResult) -> dict[str, tuple[Decimal | None, Outcome]]:
    """Points and outcomes by the cells' names."""
    return {cell.name: (cell.score, cell.outcome) for cell in result.cells}


def folder_state(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Everything below a folder."""
    return {str(p): (p.stat().st_mtime_ns, p.read_bytes()) for p in sorted(folder.rglob("*")) if p.is_file()}


def test_grade_model_solution_gets_all_automatic_points(lab: Any) -> None:
    before = folder_state(lab.course)

    result = lab.grade(lab.source())

    assert (result.status, result.notebook) == (Status.NEEDS_GRADING, "main")
    assert (result.score, result.max_score, result.manual_max_score) == (sum(lab.points), sum(lab.points), 5)
    assert folder_state(lab.course) == before


def test_grade_release_of_stock_nbgrader_gets_nothing(lab: Any, tmp_path: Path) -> None:
    source = tmp_path / "source/lab"
    source.mkdir(parents=True)
    for path in (lab.course / "source/lab").iterdir():
        (source / path.name).write_bytes(path.read_bytes())
    program = [sys.executable, "-m", "nbgrader", "generate_assignment", "lab"]
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    subprocess.run(program, cwd=tmp_path, check=True, capture_output=True, env={"PATH": path, "HOME": str(tmp_path)})

    result = lab.grade((tmp_path / "release/lab/main.ipynb").read_bytes())

    assert (result.status, result.score, result.max_score, result.repairs) == (Status.GRADED, 0, sum(lab.points), ())
    assert scores(result)["why"] == (0, Outcome.NO_ANSWER)


def test_grade_tags_and_forged_metadata_give_nothing(lab: Any) -> None:
    forged = lab.release()
    for cell in forged["cells"]:
        cell["metadata"]["tags"] = ["skip-execution"]
        cell["metadata"].get("nbgrader", {})["points"] = 1000
    nb.find(forged, "check_limit")["source"] = "1000"
    nb.find(forged, "shift")["source"] = "get_ipython().ast_node_interactivity = 'all'\nfloat('nan')"

    result = lab.grade(forged)

    assert (result.score, result.max_score) == (0, sum(lab.points))
    assert {"tags_dropped", "metadata_changed", "locked_cell_changed"} <= {repair.code for repair in result.repairs}


def test_grade_damaged_notebook_under_any_name_gets_what_its_answers_earn(lab: Any) -> None:
    damaged = lab.answered(why="Because it is so.")
    damaged["cells"].remove(nb.find(damaged, "check_limit"))
    damaged["cells"].insert(0, copy.deepcopy(nb.find(damaged, "check_shift")))
    damaged["cells"].append(copy.deepcopy(nb.find(damaged, "limit")))
    damaged["cells"].append({**nb.code("def helper(): ..."), "id": "mine"})

    result = lab.grade(damaged)

    assert (result.status, result.score) == (Status.NEEDS_GRADING, sum(lab.points))
    assert scores(result)["why"] == (None, Outcome.WAITS)
    assert {
        Repair("cell_missing", "check_limit"),
        Repair("cell_duplicated", "check_shift"),
        Repair("cell_duplicated", "limit"),
        Repair("own_cells_kept"),
    } <= set(result.repairs)


def test_grade_other_notebook_of_the_assignment_is_found_by_its_cells(lab: Any) -> None:
    result = lab.grade((lab.course / "source/lab/other.ipynb").read_bytes())

    assert (result.status, result.notebook, result.score, result.max_score) == (Status.GRADED, "other", 1, 1)


def test_grade_foreign_notebook_is_refused_without_running_it(lab: Any, tmp_path: Path) -> None:
    mark = tmp_path / "ran"

    result = lab.grade(nb.encode(nb.notebook([nb.code(f"open({str(mark)!r}, 'w')")])))

    assert (result.status, result.reason, result.isolation) == (
        Status.REFUSED,
        "other_assignment",
        engine.Isolation.NONE,
    )
    assert not mark.exists()


def test_grade_warnings_and_long_output_cost_nothing(lab: Any) -> None:
    body = f"import sys, warnings\nprint('x' * 9_000_000)\ndef shift(x):\n    warnings.warn('old')\n    print('!', file=sys.stderr)\n    return x + {lab.constant}"

    result = lab.grade(lab.answered(shift=body))

    assert result.score == sum(lab.points)
    assert "UserWarning: old" in result.visible_output
    assert len(result.visible_output) < 300_000


def test_grade_assignment_with_its_own_marks_partial_credit_and_a_task(tmp_path: Path) -> None:
    cells = [
        {
            **nb.code("x = 1 # SOLVE\n3\n# SOLVED"),
            "metadata": {
                "nbgrader": {"grade_id": "x", "solution": True, "schema_version": 2, "grade": False, "locked": False}
            },
        },
        nb.checks("part", 4, "1.5"),
        nb.checks("test", 2, "assert x", "pass").copy(),
        nb.task("draw", 3, "Draw a map."),
    ]
    cells[2]["source"] = "assert x\n# SECRET\nassert x == 1\n# END SECRET"
    nb.write_assignment(tmp_path, "lab", {"main": cells})
    (tmp_path / "nbgrader_config.py").write_text(
        "c = get_config()\n"
        "c.ClearHiddenTests.begin_test_delimeter = '# SECRET'\n"
        "c.ClearHiddenTests.end_test_delimeter = '# END SECRET'\n"
    )
    submission = nb.notebook(cells)
    submission["cells"].append({**nb.text("![map](attachment:m.png)"), "id": "mine"})

    released = engine.release(tmp_path, "lab", cache_dir=tmp_path / "cache")["main"]
    result = engine.grade(tmp_path, "lab", nb.encode(submission), cache_dir=tmp_path / "cache")

    assert b"SECRET" not in released
    assert scores(result) == {
        "part": (Decimal("1.5"), Outcome.PARTIAL),
        "test": (Decimal(2), Outcome.PASSED),
        "draw": (None, Outcome.WAITS),
    }
    assert result.feedback[-1].own
    assert (result.max_score, result.manual_max_score) == (6, 3)


def test_grade_broken_assignment_is_not_the_participants_fault(tmp_path: Path) -> None:
    cells = [{**nb.solution("x", "pass"), "source": "### BEGIN SOLUTION\npass"}, nb.checks("t", 1, "pass")]
    nb.write_assignment(tmp_path, "lab", {"main": cells})

    result = engine.grade(tmp_path, "lab", nb.encode(nb.notebook(cells)))

    assert (result.status, result.reason) == (Status.FAILED, "assignment_broken")
    assert "no end solution statement" in result.diagnostics.lower()


@pytest.mark.parametrize(
    "data", [b"\x89PNG", b"[" * 1000 + b"]" * 1000, b" " * 11 * 1024 * 1024 + b"{}", b'{"a": NaN}']
)
def test_grade_no_notebook_is_refused(lab: Any, data: bytes) -> None:
    result = lab.grade(data, limits=engine.Limits())

    assert result.status is Status.REFUSED
    assert result.message

"""Reading a course directory of nbgrader without nbgrader."""

from decimal import Decimal
from pathlib import Path

import pytest

from lms.grading.engine.config import CourseConfig, read_config
from lms.grading.engine.course import BrokenAssignment, GradeCell, WrongCall, assignments, fingerprint, inspect
from lms.grading.engine.locales import for_locale
from lms.grading.engine.results import CellKind
from tests.factories import notebooks as nb

CELLS = [
    nb.text("Привет", "ru"),
    nb.text("Hello", "en"),
    nb.text("Both"),
    nb.solution("s", "pass"),
    nb.checks("t", 1.5, "assert True"),
    nb.answer("a", 3),
    nb.task("k", 2, "Draw something"),
]


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course with one assignment of two notebooks and a data file."""
    nb.write_assignment(tmp_path, "lab", {"one": CELLS, "two": [nb.checks("u", 0.25, "pass")]}, data__csv="a,b")
    return tmp_path


def test_inspect_counts_points_by_who_gives_them(course: Path) -> None:
    info = inspect(course, "lab")

    assert [notebook.name for notebook in info.notebooks] == ["one", "two"]
    assert info.grade_cells == (
        GradeCell("t", CellKind.TEST, Decimal("1.5")),
        GradeCell("a", CellKind.ANSWER, Decimal(3)),
        GradeCell("k", CellKind.TASK, Decimal(2)),
        GradeCell("u", CellKind.TEST, Decimal("0.25")),
    )
    assert (info.max_score, info.manual_max_score) == (Decimal("1.75"), Decimal(5))
    assert info.notebooks[0].grade_ids == {"s", "t", "a", "k"}
    assert info.data_files == ("data.csv",)
    assert assignments(course) == ("lab",)


@pytest.mark.parametrize("name", ["", ".", "..", "other", "../source/lab", "la\0b"])
def test_inspect_unknown_name_is_a_wrong_call(course: Path, name: str) -> None:
    with pytest.raises(WrongCall):
        inspect(course, name)


def test_inspect_no_course_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(WrongCall, match="no course directory"):
        inspect(tmp_path / "absent", "lab")


def test_inspect_notebook_that_is_none_is_the_authors_fault(course: Path) -> None:
    (course / "source/lab/three.ipynb").write_text("{}")

    with pytest.raises(BrokenAssignment, match=r"three\.ipynb"):
        inspect(course, "lab")


def test_fingerprint_follows_content_and_configuration_alone(course: Path) -> None:
    before = fingerprint(course, "lab")
    (course / "source/lab/.ipynb_checkpoints").mkdir()
    (course / "source/lab/.ipynb_checkpoints/one-checkpoint.ipynb").write_text("{}")
    assert fingerprint(course, "lab") == before

    (course / "source/lab/data.csv").write_text("a,c")
    with_data = fingerprint(course, "lab")
    (course / "nbgrader_config.py").write_text("c.ClearSolutions.text_stub = 'Here'")

    assert len({before, with_data, fingerprint(course, "lab")}) == 3


def test_config_is_read_and_never_run(tmp_path: Path) -> None:
    (tmp_path / "nbgrader_config.py").write_text(
        "import os\n"
        f"open({str(tmp_path / 'ran')!r}, 'w')\n"
        "c = get_config()\n"
        "c.ClearSolutions.code_stub = {'python': '# yours'}\n"
        "c.ClearHiddenTests.begin_test_delimeter = 'SECRET'\n"
        "c.CourseDirectory.source_directory = 'masters'\n"
        "c.CourseDirectory.root = '/home/somebody'\n"
        "c.ClearSolutions.text_stub = os.environ['HOME']\n"
    )

    config = read_config(tmp_path)

    assert config == CourseConfig(
        {
            "ClearSolutions": {"code_stub": {"python": "# yours"}},
            "ClearHiddenTests": {"begin_test_delimeter": "SECRET"},
            "CourseDirectory": {"source_directory": "masters"},
        },
        ("CourseDirectory.root: not used here", "ClearSolutions.text_stub: not a literal"),
    )
    assert config.source_directory == "masters"
    assert not (tmp_path / "ran").exists()


def test_config_with_an_error_means_defaults(tmp_path: Path) -> None:
    (tmp_path / "nbgrader_config.py").write_text("c = (")

    assert read_config(tmp_path).settings == {}


def test_locale_keeps_its_language_and_everything_of_nbgrader() -> None:
    marked = nb.answer("x", 1, "Answer")
    marked["metadata"]["lms"] = {"lang": "en"}
    content = nb.notebook([*CELLS, marked])

    russian = for_locale(content, "ru")

    assert [cell["source"] for cell in russian["cells"][:2]] == ["Привет", "Both"]
    assert len(russian["cells"]) == len(content["cells"]) - 1
    assert russian["cells"][-1]["source"] == "Answer"
    assert len(content["cells"]) == 8

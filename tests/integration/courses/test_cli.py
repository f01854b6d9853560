"""`python3 -m lms course …` as an author uses it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.factories.courses import write_course

ROOT = Path(__file__).resolve().parents[3]
CELL = {
    "cell_type": "code",
    "execution_count": None,
    "id": "t1",
    "metadata": {
        "nbgrader": {
            "cell_type": "code",
            "grade": True,
            "grade_id": "t1",
            "locked": True,
            "points": 2,
            "schema_version": 3,
            "solution": False,
            "task": False,
        }
    },
    "outputs": [],
    "source": "assert 1 + 1 == 2",
}
NOTEBOOK = {
    "cells": [CELL],
    "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


@pytest.fixture
def run_lms(tmp_path, database_url):
    """Run a command on this test's own database and courses; returns (exit code, everything it said)."""
    (tmp_path / "courses").mkdir()
    environment = {
        **os.environ,
        "LMS_STATE_DIR": str(tmp_path / "var"),
        "LMS_COURSES_DIR": str(tmp_path / "courses"),
        "LMS_DATABASE_URL": database_url,
        "PYTHONPATH": str(ROOT),
    }

    def run(*arguments):
        code = "import sys; from lms.cli import main; main(sys.argv[1:])"
        done = subprocess.run(
            [sys.executable, "-c", code, *map(str, arguments)],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    return run


def write_nbgrader_course(folder: Path) -> Path:
    for name in ("ps10", "ps2", "Problem Set 1"):
        (folder / "source" / name).mkdir(parents=True)
        (folder / "source" / name / "problem.ipynb").write_text(json.dumps(NOTEBOOK))
        (folder / "source" / name / ".ipynb_checkpoints").mkdir()
        (folder / "source" / name / ".ipynb_checkpoints/problem.ipynb").write_text("{}")
    (folder / "source/ps2/data.csv").write_text("a\n1\n")
    (folder / "source/header.ipynb").write_text(json.dumps(NOTEBOOK))
    (folder / "nbgrader_config.py").write_text(
        "import os\nos.makedirs('executed')\nc = get_config()\nc.CourseDirectory.course_id = 'Stats 101'\n"
        "c.CourseDirectory.db_assignments = [dict(name='ps2'), dict(name='ps10')]\n"
    )
    return folder


@pytest.mark.databases("sqlite")
def test_check_of_the_courses_we_ship_finds_nothing(run_lms):
    code, said = run_lms("course", "check", *sorted((ROOT / "courses").iterdir()))

    assert code == 0, said
    assert "data-for-everyone: all right, 6 steps" in said


@pytest.mark.databases("sqlite")
def test_check_broken_folder_says_file_line_and_cure_and_exits_1(run_lms, tmp_path):
    folder = write_course(tmp_path / "courses", steps=["lesson:intro"])
    toml = folder / "course.toml"
    toml.write_text(toml.read_text().replace("minutes = 10", "minuets = 10"))

    code, said = run_lms("course", "check", "maths")

    assert code == 1
    assert f"{folder}/course.toml:12: steps[1].minuets: There is no field 'minuets'. Did you mean 'minutes'?" in said


def test_import_nbgrader_directory_as_it_is(run_lms, tmp_path):
    directory = write_nbgrader_course(tmp_path / "theirs")
    before = {path: path.stat().st_mtime_ns for path in directory.rglob("*")}

    code, said = run_lms("course", "import", directory)
    again, refusal = run_lms("course", "import", directory)

    assert code == 0, said
    assert "stats-101" in said
    assert {path: path.stat().st_mtime_ns for path in directory.rglob("*")} == before
    assert not (tmp_path / "executed").exists()
    written = tmp_path / "courses/stats-101"
    assert sorted(str(path.relative_to(written)) for path in written.rglob("*") if path.is_file()) == [
        "course.toml",
        "source/problem-set-1/problem.ipynb",
        "source/ps10/problem.ipynb",
        "source/ps2/data.csv",
        "source/ps2/problem.ipynb",
    ]
    steps = [line for line in (written / "course.toml").read_text().splitlines() if line.startswith("id = ")]
    assert steps == ['id = "ps2"', 'id = "ps10"', 'id = "problem-set-1"']
    assert again == 1
    assert "There is a course stats-101 already" in refusal
    assert "stats-101" in run_lms("course", "list")[1]


@pytest.mark.databases("sqlite")
def test_import_of_what_is_no_course_leaves_nothing_behind(run_lms, tmp_path):
    directory = tmp_path / "theirs"
    (directory / "source/ps1").mkdir(parents=True)
    (directory / "source/ps1/broken.ipynb").write_text("no notebook")
    (tmp_path / "empty").mkdir()

    code, said = run_lms("course", "import", directory)
    empty, complaint = run_lms("course", "import", tmp_path / "empty")

    assert (code, empty) == (1, 1)
    assert "can't be read" in said
    assert "holds no assignments" in complaint
    assert list((tmp_path / "courses").iterdir()) == []


@pytest.mark.databases("sqlite")
def test_contract_is_previewed_and_then_applied(run_lms, tmp_path):
    write_course(tmp_path / "courses", steps=["lesson:intro"])
    run_lms("course", "sync")
    write_course(tmp_path / "courses", steps=["lesson:intro"], step_fields={"intro": "due_days = 9"})

    _, synced = run_lms("course", "sync")
    _, preview = run_lms("course", "contract", "maths")
    _, applied = run_lms("course", "contract", "maths", "--apply")
    _, after = run_lms("course", "contract", "maths")

    assert "see: course contract maths" in synced
    assert "due_days.intro:\n  - none\n  + 9" in preview
    assert "Nothing was changed" in preview
    assert "contract version 2" in applied
    assert "up to date" in after


@pytest.mark.databases("sqlite")
def test_completion_rebuild_check_of_a_fresh_programme_finds_nothing(run_lms, tmp_path):
    write_course(tmp_path / "courses", steps=["lesson:intro"])
    run_lms("course", "sync")

    code, said = run_lms("completion", "rebuild", "--check")

    assert (code, said.strip()) == (0, "1 runs, 0 verdicts differ")


@pytest.mark.databases("sqlite")
def test_next_run_is_previewed_and_then_opened_beside_the_first(run_lms, tmp_path):
    write_course(tmp_path / "courses", steps=["lesson:intro"], step_fields={"intro": "due_days = 9"})
    run_lms("course", "run", "open", "maths", "--code", "2026", "--starts", "2026-09-01", "--apply")
    wanted = ("course", "run", "open", "maths", "--code", "2027", "--starts", "2027-09-01", "--ends", "2028-05-31")

    code, preview = run_lms(*wanted)
    _, before = run_lms("course", "run", "list", "maths")
    _, opened = run_lms(*wanted, "--apply")
    again, refusal = run_lms(*wanted, "--apply")
    _, ended = run_lms("course", "run", "end", "maths", "--code", "2026", "--on", "2027-05-31")
    _, after = run_lms("course", "run", "list", "maths")

    assert code == 0, preview
    assert "from 2027-09-01 00:00 to 2028-05-31 23:59" in preview
    assert "due 2027-09-10 23:59: intro" in preview
    assert "course run end maths --code 2026 --on DAY" in preview
    assert "Nothing was opened" in preview
    assert "2027" not in before
    assert "maths 2027: new run" in opened
    assert (again, "has a run 2027 already" in refusal) == (1, True)
    assert "to 2027-05-31 23:59" in ended
    assert [line.partition(":")[0] for line in after.splitlines()] == ["maths 2027", "maths 2026"]


@pytest.mark.databases("sqlite")
def test_run_of_the_file_is_changed_in_the_file(run_lms, tmp_path):
    write_course(tmp_path / "courses", steps=["lesson:intro"], run='code = "2026"\nends = 2027-05-31')

    opened, _ = run_lms("course", "run", "open", "maths", "--apply")
    other, refusal = run_lms("course", "run", "open", "maths", "--code", "2027")
    ended, advice = run_lms("course", "run", "end", "maths", "--code", "2026", "--on", "2027-06-30")
    nothing, unknown = run_lms("course", "run", "list", "nothing")

    assert (opened, other, ended, nothing) == (0, 1, 1, 1)
    assert "course.toml says otherwise in [run]" in refusal
    assert "write it there, then sync" in advice
    assert "There is no course nothing" in unknown


@pytest.mark.databases("sqlite")
def test_run_without_a_code_is_refused_with_an_example(run_lms, tmp_path):
    write_course(tmp_path / "courses", steps=["lesson:intro"])

    code, said = run_lms("course", "run", "open", "maths")

    assert (code, "--code 2027" in said) == (1, True)

"""What a real programme begins with: no course that nobody asked for, and the way to the first ones."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from lms.settings import ROOT


def program(state_dir: Path, name: str, **variables: str) -> str:
    """What one of the supervisor's small programs prints."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("LMS_")}
    done = subprocess.run(
        [sys.executable, "-m", f"lms.supervisor.{name}"],
        cwd=ROOT,
        env={**clean, "LMS_STATE_DIR": str(state_dir), **variables},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout


def test_real_programme_gets_no_course_that_nobody_asked_for_and_is_told_the_way(tmp_path: Path) -> None:
    assert list((ROOT / "courses").glob("*/course.toml"))

    brought = program(tmp_path, "prepare")

    first, way_in, *steps = program(tmp_path, "welcome").splitlines()
    assert "data-for-everyone" not in brought
    assert first == f"The programme runs. Ctrl-C stops it; everything it says is in {tmp_path}/logs."
    assert way_in.startswith("Open http://lms.localhost:8080/welcome/")
    assert way_in.endswith(" to choose the first administrator's login and password; the link works once.")
    assert steps == [
        "What is next:",
        (
            f"  1. Courses: `LMS_STATE_DIR={tmp_path} python3 -m lms course sync FOLDER`; or set courses_dir in "
            f"{tmp_path}/lms.toml to the folder above them, and each start brings them in (docs/authoring.md)."
        ),
        (
            f"  2. People: `LMS_STATE_DIR={tmp_path} python3 -m lms person import people.csv` (docs/people.md), or a school's "
            "platform that opens the courses over LTI (docs/running.md)."
        ),
    ]


def test_real_programme_with_a_folder_of_courses_that_was_set_gets_them_at_each_start(tmp_path: Path) -> None:
    courses, state_dir = tmp_path / "courses", tmp_path / "var"
    shutil.copytree(ROOT / "courses" / "data-for-everyone", courses / "data-for-everyone")
    state_dir.mkdir()
    (state_dir / "lms.toml").write_text(f'courses_dir = "{courses}"')

    brought = program(state_dir, "prepare")

    assert "data-for-everyone" in brought
    assert "1. People: " in program(state_dir, "welcome")
    assert "Courses: " not in program(state_dir, "welcome")

"""Settings that cannot be used end every command with one sentence that names key, place and cure."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lms.settings import ROOT


def lms(state_dir: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    return subprocess.run(
        [sys.executable, "-m", "lms", "plugin", "list"],
        cwd=ROOT,
        env={**clean, "LMS_PREPARED": sys.prefix, "LMS_STATE_DIR": str(state_dir), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('timezon = "Asia/Yekaterinburg"', "timezon in {file} is no setting"),
        ('timezone = "Perm"', "timezone in {file} cannot be used: no such time zone"),
        ('locale = "de"', "locale in {file} cannot be used: no such language here"),
        ("notebook_memory = 2", "notebook_memory in {file} cannot be used: input should be greater than"),
        ('upload_limit = "10 MB"', "upload_limit in {file} cannot be used: input should be a valid integer"),
        ('mail_url = "smtp://localhost"', "mail_url in {file} is no setting"),
        ("locale =", "{file} or a variable LMS_… cannot be read"),
    ],
)
def test_file_with_a_wrong_setting_is_one_sentence_and_code_2(tmp_path: Path, line: str, words: str) -> None:
    file = tmp_path / "lms.toml"
    file.write_text(line)

    done = lms(tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("lms: " + words.format(file=file))
    assert done.stderr.count("\n") == 1


def test_variable_with_a_wrong_setting_is_named_and_its_value_is_not_shown(tmp_path: Path) -> None:
    done = lms(tmp_path, LMS_SESSION_DAYS="hunter2")

    assert done.returncode == 2
    assert done.stderr.startswith("lms: session_days in the variable LMS_SESSION_DAYS cannot be used: ")
    assert "hunter2" not in done.stderr


def test_right_settings_are_accepted(tmp_path: Path) -> None:
    (tmp_path / "lms.toml").write_text('timezone = "Europe/Moscow"\nlocale = "en"\n')

    done = lms(tmp_path)

    assert (done.returncode, done.stderr) == (0, "")

"""A state directory that cannot be used ends a start with one sentence and code 2."""

import ctypes
import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lms.settings import ROOT
from lms.supervisor.errors import NoRoom
from lms.supervisor.room import usable

PR_CAPBSET_DROP = 24  # linux/prctl.h
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2  # linux/capability.h
COMMANDS = pytest.mark.parametrize("words", [("run",), ("demo",), ("run", "--only", "worker")])


def obey_modes() -> None:
    """Make the next program heed the modes of files, even if root runs the tests."""
    for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH) if os.getuid() == 0 else ():
        if ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            os._exit(99)


def start(state_dir: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    return subprocess.run(
        [sys.executable, "-B", "-m", "lms", *words],
        cwd=ROOT,
        env={**clean, "LMS_PREPARED": sys.prefix, "LMS_STATE_DIR": str(state_dir)},
        preexec_fn=obey_modes,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@COMMANDS
def test_start_in_a_place_that_is_no_folder_is_one_sentence_and_code_2(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "file").touch()
    state_dir = tmp_path / "file" / "var"

    done = start(state_dir, *words)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"lms: {state_dir} cannot be written to (Not a directory): make it a folder that belongs to the user who starts "
        "this, or set LMS_STATE_DIR to another one.\n"
    )


@COMMANDS
def test_start_in_a_folder_that_may_only_be_read_is_one_sentence_and_code_2(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    state_dir = tmp_path / "var"
    state_dir.mkdir()
    state_dir.chmod(0o555)

    done = start(state_dir, *words)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"lms: {state_dir} cannot be written to (Permission denied): ")
    assert done.stderr.count("\n") == 1
    assert list(state_dir.iterdir()) == []


def test_start_with_settings_that_may_not_be_read_is_one_sentence_and_code_2(tmp_path: Path) -> None:
    (tmp_path / "lms.toml").write_text('locale = "en"')
    (tmp_path / "lms.toml").chmod(0)

    done = start(tmp_path, "run")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"lms: {tmp_path}/lms.toml cannot be read (Permission denied): give it and its folder to the user who starts this.\n"
    )


def test_start_on_a_full_disk_is_one_sentence_and_code_2(tmp_path: Path) -> None:
    state_dir = tmp_path / "var"
    state_dir.mkdir()
    (state_dir / "ports.draft").symlink_to("/dev/full")

    done = start(state_dir, "run")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1].startswith(f"lms: the disk of {state_dir} is full: ")
    assert "Traceback" not in done.stderr


def test_usable_with_a_folder_to_make_runs_the_body_in_it(tmp_path: Path) -> None:
    with usable(tmp_path / "new" / "var"):
        assert (tmp_path / "new" / "var").is_dir()


def test_usable_leaves_an_error_that_is_not_the_folders_alone(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught, usable(tmp_path / "var"):
        (tmp_path / "elsewhere").read_text()

    assert caught.value.errno == errno.ENOENT


def test_usable_when_the_body_fills_the_disk_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoRoom, match="is full"), usable(tmp_path), Path("/dev/full").open("w") as full:
        full.write("x")

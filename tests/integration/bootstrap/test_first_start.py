"""The first start on a machine with Python alone, in a small checkout whose lock file has what the command line needs.

uv and the packages come from the package index (or from uv's cache, when the index was asked before).
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PACKAGES = ("click", "hatchling", "editables", "packaging", "pathspec", "pluggy", "trove-classifiers")
FILES = ("__init__.py", "__main__.py", "cli.py", "commands.py", "errors.py", "packages.py", "bootstrap")
BASE_PYTHON = getattr(sys, "_base_executable", sys.executable)
SECONDS = 120


class Checkout:
    """A copy of what starts the program, with a lock file of a few packages."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.venv = root / ".venv"
        for name in FILES:
            source, target = ROOT / "lms" / name, root / "lms" / name
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                target.parent.mkdir(exist_ok=True, parents=True)
                shutil.copyfile(source, target)
        shutil.copyfile(ROOT / "pyproject.toml", root / "pyproject.toml")
        (root / "README.md").touch()
        (root / "deploy").mkdir()
        shutil.copyfile(ROOT / "deploy" / "requirements-uv.lock", root / "deploy" / "requirements-uv.lock")
        entries = re.split(r"\n(?=\S)", (ROOT / "deploy" / "requirements.lock").read_text())
        few = "\n".join(entry for entry in entries if entry.split("==")[0] in PACKAGES)
        for name in ("requirements.lock", "requirements-dev.lock"):
            (root / "deploy" / name).write_text(few)

    def start(self, *words: str, before: tuple[str, ...] = (), **variables: str) -> "subprocess.Popen[str]":
        """Begin `python3 -m lms WORDS`; the environment of the run at hand must not shine through."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("LMS_", "VIRTUAL_ENV"))}
        return subprocess.Popen(
            [*before, BASE_PYTHON, "-m", "lms", *words],
            cwd=self.root,
            env={**kept, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *words: str, before: tuple[str, ...] = (), **variables: str) -> tuple[int, str, str]:
        """Exit status, stdout and stderr."""
        process = self.start(*words, before=before, **variables)
        out, err = process.communicate(timeout=SECONDS)
        return process.returncode, out, err

    def files(self) -> dict[str, float]:
        """Everything there and when it changed, except for compiled modules."""
        found = (path for path in self.root.rglob("*") if "__pycache__" not in path.parts)
        return {str(path): path.lstat().st_mtime for path in found}


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path / "checkout")


def test_help_before_anything_is_installed_lists_commands_and_writes_nothing(checkout: Checkout) -> None:
    before = checkout.files()

    for words in ((), ("--help",), ("-h",), ("test", "--help"), ("course", "sync", "-h")):
        status, out, err = checkout.run(*words)

        assert (status, err) == (0, "")
        assert "  demo " in out
        assert "  test " in out
    assert checkout.files() == before


def test_second_start_installs_nothing_and_writes_nothing(checkout: Checkout) -> None:
    first = checkout.run("install")
    before = checkout.files()
    second = checkout.run("install")

    assert first[:2] == (0, f"{checkout.venv} is ready.\n")
    assert second == (0, f"{checkout.venv} is ready.\n", "")
    assert checkout.files() == before
    assert "Usage: python3 -m lms" in checkout.run("--help")[1]


def test_start_after_one_that_was_killed_begins_anew(checkout: Checkout) -> None:
    killed = checkout.start("install")
    while not (checkout.venv / "pyvenv.cfg").exists():
        assert killed.poll() is None
        time.sleep(0.02)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()

    status, out, _err = checkout.run("install")

    assert (status, out) == (0, f"{checkout.venv} is ready.\n")


def test_two_first_starts_at_once_both_end_well(checkout: Checkout) -> None:
    starts = [checkout.start("install"), checkout.start("install")]
    said = [start.communicate(timeout=SECONDS) for start in starts]

    assert [start.returncode for start in starts] == [0, 0]
    assert sorted(err.count("another start is installing") for _out, err in said) == [0, 1]
    assert sorted(err.count("preparing") for _out, err in said) == [0, 1]


def test_reader_of_the_checkout_uses_its_environment_and_keeps_an_own_one_when_it_is_old(
    checkout: Checkout, tmp_path: Path
) -> None:
    reader = without_rights_over(checkout.root)
    cache = tmp_path / "cache"
    checkout.run("install")
    give_away(checkout.root)
    before = checkout.files()

    shared = checkout.run("install", before=reader, XDG_CACHE_HOME=str(cache))
    after = checkout.files()
    with (checkout.root / "deploy" / "requirements.lock").open("a") as lock:
        lock.write("\n")
    changed = checkout.files()
    own = checkout.run("install", before=reader, XDG_CACHE_HOME=str(cache))

    assert shared == (0, f"{checkout.venv} is ready.\n", "")
    assert own[0] == 0
    assert own[1].startswith(f"{cache}/lms/")
    assert after == before
    assert checkout.files() == changed


def test_reader_without_a_place_of_their_own_is_told_the_cure(checkout: Checkout) -> None:
    reader = without_rights_over(checkout.root)
    give_away(checkout.root)

    status, out, err = checkout.run("install", before=reader, XDG_CACHE_HOME="/proc/none")

    assert (status, out) == (1, "")
    assert err.count("\n") == 1
    assert "set LMS_VENV to a folder of yours" in err


def test_first_start_without_a_network_is_one_sentence_and_the_next_with_it_works(
    checkout: Checkout, tmp_path: Path
) -> None:
    offline = {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_EXTRA_INDEX_URL": "",
        "PIP_FIND_LINKS": "",
        "PIP_CACHE_DIR": str(tmp_path / "empty"),
    }

    status, out, err = checkout.run("install", **offline)

    assert (status, out) == (1, "")
    assert "the package index cannot be reached: check the network" in err.splitlines()[-1]
    assert "Traceback" not in err
    assert checkout.run("install")[0] == 0


def test_start_with_a_place_that_holds_something_else_touches_nothing(checkout: Checkout, tmp_path: Path) -> None:
    precious = tmp_path / "home" / "thesis.txt"
    precious.parent.mkdir()
    precious.write_text("years of work")

    status, _out, err = checkout.run("install", LMS_VENV=str(precious.parent))

    assert status == 1
    assert "move it away, or change LMS_VENV" in err
    assert precious.read_text() == "years of work"


def without_rights_over(folder: Path) -> tuple[str, ...]:
    """How to start a program that may read the folder but not write there."""
    if os.geteuid() != 0:
        return ()
    return ("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--")


def give_away(folder: Path) -> None:
    """Take the right to write away: from root by giving the folder to somebody else, from others by its mode."""
    for path in [folder, *folder.rglob("*")]:
        if path.is_symlink():
            continue
        if os.geteuid() == 0:
            shutil.chown(path, "nobody")
        else:
            path.chmod(path.stat().st_mode & ~0o222)

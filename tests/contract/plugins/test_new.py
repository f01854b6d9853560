"""`plugin new` makes a plugin that works as it is: its own tests, our lint, our types, our migrations."""

from pathlib import Path

import pytest

from lms.errors import LmsError
from lms.plugins.creation import NewPlugin, check_name, create
from lms.settings import ROOT
from tests.contract.plugins.sham import Site

NAME = "tide_table"
LMS = "from lms.cli import main; import sys; main(sys.argv[1:])"


@pytest.fixture
def project(site: Site, tmp_path: Path) -> Path:
    create(NewPlugin(NAME, tmp_path / NAME, alone=True))
    site.install(NAME, tmp_path / NAME)
    return tmp_path / NAME


def test_command_makes_the_plugin_and_says_what_is_next(site: Site, tmp_path: Path) -> None:
    ran = site.run("-c", LMS, "plugin", "new", NAME, "--dir", str(tmp_path))

    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / NAME / f"lms_{NAME}" / "plugin.py").exists()
    assert f"--editable {tmp_path / NAME}" in ran.stdout


def test_new_plugin_passes_its_own_tests(site: Site, project: Path) -> None:
    ran = site.run("-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", str(project), cwd=project)

    assert ran.returncode == 0, ran.stdout
    assert " passed" in ran.stdout


@pytest.mark.parametrize("name", [NAME, "ab", "a_name_with_24_letters_x"])
def test_new_plugin_passes_our_lint_whatever_its_name(site: Site, tmp_path: Path, name: str) -> None:
    create(NewPlugin(name, tmp_path / name, alone=True))
    config = ("--no-cache", "--config", str(ROOT / "pyproject.toml"), ".")

    linted = site.run("-m", "ruff", "check", *config, cwd=tmp_path / name)
    formatted = site.run("-m", "ruff", "format", "--diff", *config, cwd=tmp_path / name)

    assert (linted.returncode, linted.stdout) == (0, "All checks passed!\n")
    assert (formatted.returncode, formatted.stdout) == (0, "")


def test_new_plugin_passes_our_types(site: Site, project: Path) -> None:
    config = (f"--cache-dir={ROOT / '.mypy_cache'}", "--config-file", str(ROOT / "pyproject.toml"))

    checked = site.run("-m", "mypy", *config, f"lms_{NAME}", cwd=project, MYPYPATH=".")

    assert checked.returncode == 0, checked.stdout


def test_new_plugin_has_every_text_in_russian(site: Site, project: Path) -> None:
    ran = site.run("-c", LMS, "translations", "check", str(project / f"lms_{NAME}"))

    assert ran.returncode == 0, ran.stdout


def test_new_plugin_is_listed_with_its_tables(site: Site, project: Path, tmp_path: Path) -> None:
    ran = site.run("-c", LMS, "plugin", "list", LMS_STATE_DIR=str(tmp_path / "var"))

    line = next(line for line in ran.stdout.splitlines() if line.startswith(NAME))
    assert line.split()[:5] == [NAME, "0.1.0", "on", f"{NAME}_completion,", f"{NAME}_note"]


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("Tides", "no name for a plugin"),
        ("tide-table", "no name for a plugin"),
        ("2tides", "no name for a plugin"),
        ("t" * 25, "no name for a plugin"),
        ("lambda", "a word of Python"),
        ("grading", "a name of the core"),
        ("demo", "a name of the core"),
        ("skillfolio", "already"),
        ("skillfolio_extra", "already"),
    ],
)
def test_name_that_cannot_be_is_refused(name: str, complaint: str) -> None:
    with pytest.raises(LmsError, match=complaint):
        check_name(name, {"skillfolio"})


def test_refusal_is_one_sentence_and_makes_nothing(site: Site, tmp_path: Path) -> None:
    ran = site.run("-c", LMS, "plugin", "new", "Tides", "--dir", str(tmp_path))

    assert (ran.returncode, len(ran.stderr.splitlines())) == (1, 1)
    assert not (tmp_path / "Tides").exists()


def test_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")

    with pytest.raises(LmsError, match="not empty"):
        create(NewPlugin(NAME, tmp_path, alone=True))

    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_in_a_checkout_the_root_fixtures_serve(tmp_path: Path) -> None:
    alone = {path.name for path in create(NewPlugin(NAME, tmp_path / "alone", alone=True))}
    inside = {path.name for path in create(NewPlugin(NAME, tmp_path / "inside", alone=False))}

    assert alone - inside == {"conftest.py"}

"""`python3 -m lms person …`, on a database that the first command makes."""

import re

import pytest
from click.testing import CliRunner

from lms.cli import cli
from lms.errors import LmsError

LINK = re.compile(r"http://lms\.localhost:8080/welcome/[\w-]{20,}\n")


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("LMS_STATE_DIR", str(tmp_path / "var"))

    def run(*arguments):
        return CliRunner().invoke(cli, ["person", *arguments])

    return run


def test_person_add_prints_a_one_use_link_and_link_a_new_one(run):
    added = run("add", "Анна Админова", "--role", "admin")
    again = run("link", "анна админова")

    assert LINK.fullmatch(added.output)
    assert LINK.fullmatch(again.output)
    assert added.output != again.output
    run("add", "Анна Админова")
    assert isinstance(run("link", "Анна Админова").exception, LmsError)
    assert isinstance(run("link", "nobody").exception, LmsError)


def test_person_import_dry_run_then_for_real_then_again(run, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("имя;группа\nАня;Север\nБорис;Север\n", encoding="utf-8-sig")

    dry, real, again = run("import", str(path), "--dry-run"), run("import", str(path)), run("import", str(path))

    assert "line 2: new: Аня" in dry.output
    assert [one.output.splitlines()[-1] for one in (dry, real, again)] == [
        "new: 2, changed: 0, as before: 0",
        "new: 2, changed: 0, as before: 0",
        "new: 0, changed: 0, as before: 2",
    ]


def test_person_import_wrong_line_imports_nobody(run, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("name,role\nAnn,\nBob,king\n")

    dry, real = run("import", str(path), "--dry-run"), run("import", str(path))

    assert (dry.exit_code, real.exit_code) == (1, 1)
    assert "line 3: problem: Bob: column “role”: “king” is no role" in real.output
    path.write_text("name,role\nAnn,\n")
    assert run("import", str(path)).output == "new: 1, changed: 0, as before: 0\n"

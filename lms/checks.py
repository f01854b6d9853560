"""`python3 -m lms test`: everything that has to hold before a change lands, in one command."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent
NO_TESTS = 5
"""pytest's exit status when nothing matched, https://docs.pytest.org/en/stable/reference/exit-codes.html"""


@dataclass(frozen=True, slots=True)
class Check:
    """`accepted` are the exit statuses that mean all is well."""

    name: str
    argv: Sequence[str]
    accepted: frozenset[int] = frozenset({0})


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a check ended and what it took."""

    name: str
    passed: bool
    seconds: float

    def __str__(self) -> str:
        return f"{self.name} {'ok' if self.passed else 'FAILED'} ({self.seconds:.0f} s)"


def _module(*words: str) -> list[str]:
    return [sys.executable, "-m", *words]


CHECKS = (
    Check("lint", _module("ruff", "check")),
    Check("format", _module("ruff", "format", "--check")),
    Check("types", _module("mypy")),
    Check("imports", [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]),
    Check(
        "tests",
        _module("pytest", "-m", "not e2e", "--numprocesses", "auto", "--maxprocesses", "4", "--dist", "worksteal"),
    ),
    Check("end-to-end", _module("pytest", "-m", "e2e"), frozenset({0, NO_TESTS})),
)
"""Cheap ones first. The whole product runs in the last, which therefore has the machine to itself."""


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def test(arguments: tuple[str, ...]) -> None:
    """Run every check and test; words after `--` go to pytest alone.

    What this machine lacks (Chromium, PostgreSQL) is skipped and named at the end; with CI=true that is a failure.
    """
    if arguments:
        sys.exit(_run(_module("pytest", *arguments)))
    outcomes = [_checked(check) for check in CHECKS]
    click.secho("\n" + " · ".join(map(str, outcomes)), bold=True)
    failed = [outcome.name for outcome in outcomes if not outcome.passed]
    if failed:
        raise click.ClickException(f"{', '.join(failed)} failed.")
    click.secho("Everything passed.", fg="green", bold=True)


def _checked(check: Check) -> Outcome:
    click.secho(f"\n== {check.name}", bold=True)
    began = time.monotonic()
    status = _run(check.argv)
    return Outcome(check.name, status in check.accepted, time.monotonic() - began)


def _run(argv: Sequence[str]) -> int:
    """The exit status. A Ctrl-C reaches the child as well, which says what it had done so far."""
    sys.stdout.flush()
    # Settings of a running installation must not leak into tests; those that name tools of the tests may.
    kept = {"LMS_CHROMIUM", "LMS_PREPARED", "LMS_VENV"}
    variables = {name: value for name, value in os.environ.items() if name in kept or not name.startswith("LMS_")}
    return subprocess.run(argv, cwd=ROOT, env=variables, check=False).returncode

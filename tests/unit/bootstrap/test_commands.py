"""The table of commands, read before anything is installed."""

import ast
import subprocess
import sys
from pathlib import Path

import click
import pytest

import lms
from lms.cli import cli
from lms.commands import COMMANDS, WITH_DEVELOPER_TOOLS, overview

MAIN = Path(lms.__file__).with_name("__main__.py")


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_command_of_the_table_is_there(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)

    assert command is not None
    assert command.name == name


def test_overview_names_every_command() -> None:
    shown = [line.split()[0] for line in overview().split("Commands:\n")[1].splitlines()]

    assert shown == sorted(COMMANDS)
    assert set(COMMANDS) >= WITH_DEVELOPER_TOOLS


def test_main_on_an_old_python_is_one_sentence() -> None:
    program = "import runpy, sys; sys.version_info = (3, 9, 1); runpy.run_module('lms', run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=MAIN.parents[1], capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert done.stderr == (
        "lms needs Python 3.11 or newer, this is 3.9: install python3.11 and start it as `python3.11 -m lms`.\n"
    )


def test_main_can_be_read_by_an_old_python() -> None:
    ast.parse(MAIN.read_text(), feature_version=(3, 4))
    ast.parse(MAIN.with_name("__init__.py").read_text(), feature_version=(3, 4))

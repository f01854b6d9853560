"""When an environment counts as current, and which one is chosen."""

import json
import os
from pathlib import Path

import pytest

from lms.bootstrap.environment import Environment, choose


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """A checkout with one plugin, and an environment that holds what it asks for."""
    for name, content in {
        "deploy/requirements.lock": "a==1",
        "deploy/requirements-dev.lock": "a==1\nb==1",
        "pyproject.toml": "core",
        "plugins/one/pyproject.toml": "one",
        "plugins/one/lms_one/__init__.py": "",
        ".venv/bin/python": "",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    made = Environment(tmp_path, tmp_path / ".venv")
    made.python.chmod(0o755)
    made.stamp.write_text(json.dumps(made.contents(developer=False)))
    return made


def test_is_current_of_what_was_just_stamped_is_true(environment: Environment) -> None:
    assert environment.is_current(developer=False)


def test_is_current_without_the_developer_tools_is_false_for_a_command_that_needs_them(
    environment: Environment,
) -> None:
    assert not environment.is_current(developer=True)


def test_is_current_with_the_developer_tools_is_true_for_every_command(environment: Environment) -> None:
    environment.stamp.write_text(json.dumps(environment.contents(developer=True)))

    assert environment.is_current(developer=False)
    assert environment.is_current(developer=True)


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("deploy/requirements.lock", "a==2"),
        ("pyproject.toml", "core, changed"),
        ("plugins/one/pyproject.toml", "one, changed"),
        (".venv/lms-unfinished", ""),
        (".venv/lms-stamp.json", "half writ"),
        (".venv/lms-stamp.json", "[]"),
    ],
)
def test_is_current_after_a_change_is_false(environment: Environment, path: str, content: str) -> None:
    (environment.root / path).write_text(content)

    assert not environment.is_current(developer=False)


def test_is_current_with_a_new_plugin_is_false_once_its_package_is_there(environment: Environment) -> None:
    plugin = environment.root / "plugins" / "two"
    plugin.mkdir()
    (plugin / "pyproject.toml").write_text("two")
    before = environment.is_current(developer=False)
    (plugin / "lms_two").mkdir()
    (plugin / "lms_two" / "__init__.py").touch()

    assert before
    assert not environment.is_current(developer=False)


def test_is_current_after_an_upgrade_of_the_systems_python_is_false(environment: Environment) -> None:
    for name in ("python3.11", "python3.12"):
        (environment.root / name).touch(mode=0o755)
    environment.python.unlink()
    environment.python.symlink_to(environment.root / "python3.11")
    environment.stamp.write_text(json.dumps(environment.contents(developer=False)))
    before = environment.is_current(developer=False)
    environment.python.unlink()
    environment.python.symlink_to(environment.root / "python3.12")

    assert before
    assert not environment.is_current(developer=False)


def test_is_current_when_the_interpreter_is_gone_is_false(environment: Environment) -> None:
    environment.python.unlink()

    assert not environment.is_current(developer=False)


def test_choose_takes_the_place_that_was_named(environment: Environment) -> None:
    chosen = choose(environment.root, {"LMS_VENV": "/elsewhere/venv"}, developer=False)

    assert chosen.venv == Path("/elsewhere/venv")


def test_choose_unnamed_takes_the_checkouts(environment: Environment) -> None:
    chosen = choose(environment.root, {"HOME": os.environ["HOME"]}, developer=False)

    assert chosen == environment

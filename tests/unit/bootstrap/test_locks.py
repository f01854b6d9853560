"""The lock files pin what pyproject.toml asks for."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
NEEDED = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
TOOLS = [Requirement(line) for line in PROJECT["dependency-groups"]["dev"]]


def pinned(name: str) -> dict[str, set[Version]]:
    """Versions by package; several where they differ by platform or Python."""
    found: dict[str, set[Version]] = {}
    for match in re.finditer(r"^([\w.-]+)(?:\[[^]]*])?==(\S+)", (ROOT / "deploy" / name).read_text(), re.MULTILINE):
        found.setdefault(canonicalize_name(match[1]), set()).add(Version(match[2]))
    return found


@pytest.mark.parametrize(
    ("lock", "requirements"), [("requirements.lock", NEEDED), ("requirements-dev.lock", NEEDED + TOOLS)]
)
def test_lock_satisfies_every_requirement(lock: str, requirements: list[Requirement]) -> None:
    versions = pinned(lock)

    unsatisfied = [
        str(requirement)
        for requirement in requirements
        if not any(requirement.specifier.contains(version) for version in versions.get(requirement.name, ()))
    ]

    assert unsatisfied == []


def test_developers_lock_holds_the_same_versions_and_more() -> None:
    program, developers = pinned("requirements.lock"), pinned("requirements-dev.lock")

    assert {name: developers.get(name) for name in program} == program
    assert len(developers) > len(program)


def test_every_package_is_hashed() -> None:
    for name in ("requirements.lock", "requirements-dev.lock", "requirements-uv.lock"):
        entries = re.split(r"\n(?=\S)", (ROOT / "deploy" / name).read_text().strip())

        assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []

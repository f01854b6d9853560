"""Plugins of the tests' own."""

from pathlib import Path

import pytest

from tests.contract.plugins.sham import Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    folder = tmp_path / "site"
    folder.mkdir()
    return Site(folder)

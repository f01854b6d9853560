"""A hub for each module of tests."""

from collections.abc import Iterator

import pytest

from tests.e2e.hub.running import Hub, running


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A real hub beside the toy tool."""
    with running(tmp_path_factory.mktemp("hub") / "var") as hub:
        yield hub

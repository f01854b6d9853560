"""A kind of step of their own for the tests of learning."""

import pytest

from lms.database import Database
from tests.factories.courses import know_quests


@pytest.fixture(autouse=True)
def _quests(database: Database) -> None:
    know_quests(database)

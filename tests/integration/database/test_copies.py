"""The fixtures keep what they promise: each test has a migrated database of its own."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import inspect, text

from lms.database import Database


@pytest.mark.parametrize("turn", [1, 2])
def test_database_written_by_one_test_is_new_for_the_next(database: Database, turn: int) -> None:
    tables = inspect(database.engine).get_table_names()

    with database.writing() as session:
        session.execute(text("CREATE TABLE left_behind (turn INTEGER)"))

    assert "core_schema_version" in tables
    assert "left_behind" not in tables


def test_client_on_a_fresh_installation_gets_a_page(client: FlaskClient) -> None:
    answer = client.get("/sign-in")

    assert answer.status_code == 200

"""Every history, on both databases: from empty, twice at once, and with a plugin that goes and comes back."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import Engine, inspect, text

from lms.app import load_rooms
from lms.database import Base, open_engine
from lms.migrations import CORE, History, differences, upgrade
from lms.migrations.cli import histories
from lms.plugins.loader import find_plugins


@pytest.fixture
def everything() -> list[History]:
    load_rooms()  # with them come their models
    return histories(find_plugins(()))


@pytest.fixture
def engine(empty_database_url: str):
    engine = open_engine(empty_database_url)
    yield engine
    engine.dispose()


def test_models_and_migrations_agree_for_every_history(engine: Engine, everything: list[History]) -> None:
    upgrade(engine, everything)

    with engine.connect() as connection:
        found = {history.name: differences(connection, history) for history in everything}
    assert found == {history.name: [] for history in everything}
    assert {"core", "skillfolio"} <= found.keys()


def test_difference_is_noticed(engine: Engine, everything: list[History]) -> None:
    upgrade(engine, everything)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE people_cohort ADD COLUMN forgotten INTEGER"))

    with engine.connect() as connection:
        found = differences(connection, CORE)

    assert "forgotten" in str(found)


def test_upgrade_from_empty_makes_every_table_once(engine: Engine, everything: list[History]) -> None:
    upgrade(engine, everything)
    upgrade(engine, everything)

    owned = {table for table in Base.metadata.tables if any(history.owns(table) for history in everything)}
    made = set(inspect(engine).get_table_names())
    versions = {history.version_table for history in everything}
    assert made == owned | versions
    assert versions == {"core_schema_version", "skillfolio_schema_version"}


def test_two_upgrades_at_once_come_to_one(empty_database_url: str, everything: list[History]) -> None:
    engines = [open_engine(empty_database_url) for _ in range(2)]
    together = Barrier(2, timeout=30)

    def start(engine: Engine) -> None:
        together.wait()
        upgrade(engine, everything)

    with ThreadPoolExecutor(2) as pool:
        done = [future.result() for future in [pool.submit(start, engine) for engine in engines]]

    with engines[0].connect() as connection:
        rows = [connection.scalar(text(f"SELECT count(*) FROM {history.version_table}")) for history in everything]
    for engine in engines:
        engine.dispose()
    assert done == [None, None]
    assert rows == [1] * len(everything)


def test_plugin_that_was_away_finds_its_tables_again(engine: Engine, everything: list[History], tmp_path: Path) -> None:
    lighthouse = History("lighthouse", tmp_path / "migrations", frozenset({"lighthouse"}))
    write_revision(lighthouse, 1, 'op.create_table("lighthouse_lamp", sa.Column("id", sa.Integer(), primary_key=True))')
    upgrade(engine, [*everything, lighthouse])
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO lighthouse_lamp (id) VALUES (7)"))

    upgrade(engine, everything)
    write_revision(lighthouse, 2, 'op.add_column("lighthouse_lamp", sa.Column("colour", sa.String(20)))')
    upgrade(engine, [*everything, lighthouse])

    with engine.connect() as connection:
        assert connection.execute(text("SELECT id, colour FROM lighthouse_lamp")).all() == [(7, None)]
        assert connection.scalar(text("SELECT version_num FROM lighthouse_schema_version")) == "lighthouse_0002"
        assert differences(connection, CORE) == []


def test_migration_that_fails_leaves_nothing_half_done(engine: Engine, tmp_path: Path) -> None:
    broken = History("lighthouse", tmp_path / "migrations", frozenset({"lighthouse"}))
    table = 'op.create_table("lighthouse_lamp", sa.Column("id", sa.Integer(), primary_key=True))'
    write_revision(broken, 1, f'{table}; raise RuntimeError("out of oil")')

    with pytest.raises(RuntimeError, match="out of oil"):
        upgrade(engine, [broken])

    assert inspect(engine).get_table_names() == []


def write_revision(history: History, number: int, statement: str) -> None:
    folder = history.folder / "versions"
    folder.mkdir(parents=True, exist_ok=True)
    before = f'"{history.name}_{number - 1:04d}"' if number > 1 else "None"
    (folder / f"{history.name}_{number:04d}.py").write_text(
        f'import sqlalchemy as sa\nfrom alembic import op\nrevision = "{history.name}_{number:04d}"\n'
        f"down_revision = {before}\nbranch_labels = None\ndepends_on = None\ndef upgrade():\n    {statement}\n"
    )

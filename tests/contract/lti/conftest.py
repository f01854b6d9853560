"""One running world for all contract tests of LTI, with one course."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lms.app import create_app
from lms.clock import now
from lms.database import Database
from lms.jobs.engine import Engine as JobEngine
from tests.contract.lti.course_made import give_course
from tests.contract.lti.processes import World, make_world, running


@pytest.fixture(scope="module")
def world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Tool, worker and school answer."""
    state_dir = tmp_path_factory.mktemp("world") / "var"
    state_dir.mkdir()
    shutil.copyfile(sqlite_template, state_dir / "lms.sqlite")
    made = make_world(state_dir)
    with opened(made) as database, database.writing() as session:
        give_course(session, at=now())
    with running(made):
        yield made


@pytest.fixture
def database(world: World) -> Iterator[Database]:
    """The running tool's database, seen from the test."""
    with opened(world) as database:
        yield database


@contextmanager
def opened(world: World) -> Iterator[Database]:
    """The wired application's database; its connections are closed at the end."""
    app = create_app(world.settings)
    database: Database = app.extensions["lms.database"]
    try:
        yield database
    finally:
        app.extensions["lms.registries"].get_existing(JobEngine).close()
        database.engine.dispose()

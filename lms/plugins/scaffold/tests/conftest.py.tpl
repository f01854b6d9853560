"""The application on a database of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from lms.app import create_app
from lms.database import Database
from lms.jobs.engine import Engine as JobEngine
from lms.migrations.cli import prepare_database
from lms.settings import Settings


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    settings = Settings(state_dir=tmp_path, secret_key="a secret of the tests, at least thirty-two bytes")
    prepare_database(settings)
    app = create_app(settings)
    yield app
    app.extensions["lms.registries"].get(JobEngine).close()
    app.extensions["lms.database"].engine.dispose()


@pytest.fixture
def database(app: Flask) -> Database:
    """`with database.writing() as session`."""
    found: Database = app.extensions["lms.database"]
    return found

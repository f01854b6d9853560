"""A revision that was written from models runs without them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Column, MetaData, Table, Uuid, create_engine, inspect

from lms.database import Points, UtcDateTime, prepare
from lms.files import FileHash, FileHashes
from lms.migrations import History, upgrade
from lms.migrations.authoring import write_revision

PHOTOS = MetaData()
Table(
    "photos_photo",
    PHOTOS,
    Column("id", Uuid, primary_key=True),
    Column("sha256", FileHash, nullable=False),
    Column("small", FileHashes),
    Column("taken_at", UtcDateTime),
    Column("points", Points),
)


@dataclass(frozen=True, slots=True)
class PhotoHistory(History):
    """Of models that nobody else has."""

    def options(self) -> dict[str, Any]:
        return {**History.options(self), "target_metadata": PHOTOS}


def test_revision_of_every_column_type_makes_the_table_and_imports_no_model(
    empty_database_url: str, tmp_path: Path
) -> None:
    history = PhotoHistory("photos", tmp_path, frozenset({"photos"}))
    engine = create_engine(empty_database_url)
    prepare(engine)

    with engine.connect() as connection:
        written = write_revision(connection, history, "The first")
    upgrade(engine, [history])

    assert written is not None
    text = Path(written).read_text()
    assert "sa.String(length=64)" in text
    assert "lms.files" not in text
    assert {"photos_photo", "photos_schema_version"} == set(inspect(engine).get_table_names())
    with engine.connect() as connection:
        assert write_revision(connection, history, "Nothing") is None
    engine.dispose()

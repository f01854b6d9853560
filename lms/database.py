"""The database: declarative base, column types, engine, and sessions that begin as they mean to go on.

SQLite is the embedded default, PostgreSQL by setting. On SQLite pysqlite's own transaction handling is switched off
(https://docs.sqlalchemy.org/en/20/dialects/sqlite.html#serializable-isolation-savepoints-transactional-ddl) and we
begin ourselves: BEGIN IMMEDIATE where a write may follow, since upgrading a read snapshot fails at once with
"database is locked" whatever the busy timeout.
"""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, cast
from uuid import UUID

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, DateTime, Engine, MetaData, Numeric, String, Uuid, create_engine, event
from sqlalchemy.engine import Connection, Dialect, ExceptionContext
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

from lms.registries import Registries

WRITING: dict[str, object] = {"begin": "IMMEDIATE"}
"""Execution options of a transaction that may write."""


def new_id() -> UUID:
    """A UUID version 7 (RFC 9562, 5.7): random, but later ones sort after earlier ones."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (2**48 - 1)) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in Python whatever the database keeps. Raises ValueError for a naive time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Points(TypeDecorator[Decimal]):
    """Exact decimals with four places: NUMERIC on PostgreSQL, text on SQLite, which has none of its own."""

    impl = Numeric(14, 4)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(String(20) if dialect.name == "sqlite" else Numeric(14, 4))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        exact = value.quantize(Decimal("0.0001"))
        return str(exact) if dialect.name == "sqlite" else exact

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).normalize() + 0


class Base(DeclarativeBase):
    """Every table of the core and of plugins. Table names begin with their room's or plugin's name."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        UUID: Uuid(),
        datetime: UtcDateTime(),
        Decimal: Points(),
        dict[str, Any]: JSON(),
        list[str]: JSON(),
    }


Id = Annotated[UUID, mapped_column(primary_key=True, default=new_id)]

db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})
"""The web's request-scoped session. Everything else uses `Database`."""


def engine_options(url: str) -> dict[str, Any]:
    """How we open a database of this kind. Parameters stay out of error texts: those are logged, and hold names."""
    if url.startswith("sqlite"):
        return {"hide_parameters": True, "connect_args": {"timeout": 30, "check_same_thread": False}}
    return {
        "hide_parameters": True,
        "pool_pre_ping": True,
        "pool_size": 10,
        "max_overflow": 10,
        "pool_timeout": 10,
        "connect_args": {
            "connect_timeout": 5
        },  # psycopg would wait for 130 seconds, each of the few threads of the web
    }


def open_engine(url: str) -> Engine:
    """An engine for the command line, workers and migrations; the web takes Flask-SQLAlchemy's."""
    engine = create_engine(url, **engine_options(url))
    prepare(engine)
    return engine


def prepare(engine: Engine) -> None:
    """Teach an engine to begin transactions our way (SQLite), and to keep values out of its errors (PostgreSQL)."""
    if engine.dialect.name != "sqlite":
        event.listen(engine, "handle_error", _without_values)
        return
    event.listen(engine, "connect", _connected)
    event.listen(engine, "begin", _begin)


DATA_EXCEPTION = "22"
"""The class of errors whose first line itself quotes the value (postgresql.org/docs/current/errcodes-appendix.html)."""


def _without_values(context: ExceptionContext) -> None:
    """PostgreSQL tells the whole row that it refuses in an error's DETAIL; errors are logged, and rows hold names."""
    error = context.original_exception
    diag = getattr(error, "diag", None)
    if diag is None or diag.message_primary is None:
        return
    is_about_value = (diag.sqlstate or "").startswith(DATA_EXCEPTION)
    full, said = str(error), type(error).__name__ if is_about_value else diag.message_primary
    for each in (error, context.sqlalchemy_exception):
        if each is not None:
            each.args = tuple(part.replace(full, said) if isinstance(part, str) else part for part in each.args)


PRAGMAS = (
    "journal_mode=WAL",
    "foreign_keys=ON",
    "synchronous=NORMAL",
    "busy_timeout=30000",
    "secure_delete=ON",  # an erased person's rows are overwritten, not only marked as free; Debian's build does so anyway
)


PRAGMA_SECONDS = 30.0


def _connected(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in PRAGMAS:
        _set(connection, pragma)


def _set(connection: Any, pragma: str) -> None:
    """Changing the journal asks no busy handler (https://sqlite.org/rescode.html#busy): two first starts at once meet."""
    until = time.monotonic() + PRAGMA_SECONDS
    while True:
        try:
            connection.execute(f"PRAGMA {pragma}").close()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


def _begin(connection: Connection) -> None:
    mode = connection.get_execution_options().get("begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")


class Database:
    """Sessions for whoever is not a web request: jobs, the command line, tests."""

    def __init__(self, engine: Engine, registries: Registries) -> None:
        self.engine = engine
        self.registries = registries

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that may write: committed at the end, rolled back by an exception."""
        with Session(self.engine.execution_options(**WRITING), expire_on_commit=False) as session:
            self.registries.bind(cast(dict[object, object], session.info))
            with session.begin():
                yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A consistent snapshot that is never committed; what was loaded stays readable afterwards."""
        with Session(self.engine, expire_on_commit=False) as session:
            self.registries.bind(cast(dict[object, object], session.info))
            yield session

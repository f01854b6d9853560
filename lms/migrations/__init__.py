"""Schema histories: the core's and one for each plugin, each with its own version table, core first.

A history is a folder of Alembic revisions. There is no env.py: whoever runs a history hands over the connection, so
one transaction under one lock covers it, on SQLite and on PostgreSQL.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, text

from lms.database import WRITING, Base

LOCK = 7_305_020_901
"""Key of the advisory lock that lets one process migrate at a time."""


@dataclass(frozen=True, slots=True)
class History:
    """`prefixes` are those of the tables that the history owns (without the underscore)."""

    name: str
    folder: Path
    prefixes: frozenset[str]

    @property
    def version_table(self) -> str:
        return f"{self.name}_schema_version"

    def owns(self, table: str) -> bool:
        return any(table.startswith(f"{prefix}_") for prefix in self.prefixes) and not table.endswith("_schema_version")

    def script(self) -> ScriptDirectory:
        """Alembic's view of the folder."""
        config = Config()
        config.set_main_option("script_location", str(self.folder))
        config.set_main_option("version_locations", str(self.folder / "versions"))
        config.set_main_option("path_separator", "newline")
        return ScriptDirectory.from_config(config)

    def options(self) -> dict[str, Any]:
        """How Alembic compares this history's tables and nobody else's."""
        metadata = MetaData(naming_convention=Base.metadata.naming_convention)
        for table in Base.metadata.tables.values():
            table.to_metadata(metadata)
        return {
            "target_metadata": metadata,
            "version_table": self.version_table,
            "include_name": lambda name, kind, _parents: kind != "table" or (name is not None and self.owns(name)),
            "include_object": lambda item, name, kind, _reflected, _other: kind != "table" or self.owns(name),
            "render_as_batch": True,
            "compare_type": True,
        }


CORE = History(
    "core",
    Path(__file__).resolve().parent,
    frozenset(
        {
            "files",
            "people",
            "ledger",
            "jobs",
            "notices",
            "courses",
            "completion",
            "grading",
            "quizzes",
            "notebooks",
            "learning",
        }
        | {"programme", "lti", "admin"}
    ),
)


def upgrade(engine: Engine, histories: Iterable[History]) -> None:
    """Bring every history to its head. Two processes at once: the second waits and finds nothing to do."""
    for history in histories:
        with engine.execution_options(**WRITING).begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
            _run(connection, history)


def _run(connection: Connection, history: History) -> None:
    script = history.script()

    def steps(revision: Any, _context: Any) -> Any:
        return script._upgrade_revs("heads", revision)  # noqa: SLF001 - what alembic.command.upgrade itself calls

    with EnvironmentContext(Config(), script, fn=steps, destination_rev="heads") as environment:
        environment.configure(connection=connection, transactional_ddl=False, **history.options())
        environment.run_migrations()


def differences(connection: Connection, history: History) -> list[Any]:
    """What the models say and the database does not, or the other way round; empty when they agree."""
    context = MigrationContext.configure(connection, opts=history.options())
    metadata = history.options()["target_metadata"]
    return list(compare_metadata(context, metadata))

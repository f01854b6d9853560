"""Writing a revision from the difference between models and database; read and mend what it writes before it lands."""

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from lms.migrations import History

_FILE = '''"""{message}."""

import sqlalchemy as sa
from alembic import op
{types}
revision = "{revision}"
down_revision = {down}
branch_labels = None
depends_on = None


def upgrade() -> None:
    {body}


def downgrade() -> None:
    raise RuntimeError("there is no way back but a restored backup")
'''


def write_revision(connection: Connection, history: History, message: str) -> str | None:
    """Write the next revision file; returns its path, or None when there is nothing to write."""
    script = history.script()
    options = history.options()
    context = MigrationContext.configure(connection, opts=options)
    operations = produce_migrations(context, options["target_metadata"]).upgrade_ops
    if operations is None or operations.is_empty():
        return None
    head = script.get_current_head()
    number = 1 if head is None else int(head.rpartition("_")[2]) + 1
    revision = f"{history.name}_{number:04d}"
    body = _short(render_python_code(operations, render_as_batch=True, migration_context=context))
    types = ", ".join(name for name in ("Points", "UtcDateTime") if f"{name}(" in body)
    path = history.folder / "versions" / f"{revision}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        _FILE.format(
            message=message,
            revision=revision,
            down=repr(head).replace("'", '"'),
            types=f"\nfrom lms.database import {types}\n" if types else "",
            body=body,
        )
    )
    return str(path)


def _short(body: str) -> str:
    """Our column types by their bare names, without the arguments that Alembic sees in them, and without its remarks.

    What a column of the file store means is the model's business; the database sees a text, or JSON.
    """
    short = (
        body.replace("lms.database.", "")
        .replace("UtcDateTime(timezone=True)", "UtcDateTime()")
        .replace("Points(precision=14, scale=4)", "Points()")
        .replace("lms.files.columns.FileHashes()", "sa.JSON()")
        .replace("lms.files.columns.FileHash(", "sa.String(")
    )
    lines = [line for line in short.splitlines() if not line.strip().startswith("# ###")]
    return "\n".join(lines).strip()

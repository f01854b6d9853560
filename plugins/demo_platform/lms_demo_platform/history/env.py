# ruff: noqa: INP001  # Alembic reads this file by its path
"""Alembic's environment for the school's own history; the connection is handed in by `store.migrate`."""

from alembic import context

from lms_demo_platform.tables import SchoolBase

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SchoolBase.metadata,
    version_table="demo_platform_version",
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()

# ruff: noqa: INP001  # Alembic reads this file by its path
"""Links that a teacher picked in the tool."""

import sqlalchemy as sa
from alembic import op

revision = "demo_platform_0002"
down_revision = "demo_platform_0001"


def upgrade() -> None:
    op.create_table(
        "demo_platform_link",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("about", sa.String(500), nullable=False),
        sa.Column("custom", sa.JSON(), nullable=False),
        sa.Column("added_at", sa.String(40), nullable=False),
    )

# ruff: noqa: INP001  # Alembic reads this file by its path
"""Keys, launches, tokens, line items and grades."""

import sqlalchemy as sa
from alembic import op

revision = "demo_platform_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "demo_platform_key",
        sa.Column("kid", sa.String(64), primary_key=True),
        sa.Column("pem", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(40), nullable=False),
    )
    op.create_table(
        "demo_platform_launch",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("link_id", sa.String(64), nullable=False),
        sa.Column("is_framed", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.String(40), nullable=False),
        sa.Column("used_at", sa.String(40)),
    )
    op.create_table(
        "demo_platform_used",
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("value", sa.String(255), primary_key=True),
        sa.Column("expires_at", sa.String(40), nullable=False),
    )
    op.create_table(
        "demo_platform_token",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("scopes", sa.String(), nullable=False),
        sa.Column("expires_at", sa.String(40), nullable=False),
    )
    op.create_table(
        "demo_platform_line_item",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("maximum", sa.String(20), nullable=False),
        sa.Column("link_id", sa.String(64)),
        sa.Column("resource_id", sa.String(255), nullable=False),
        sa.Column("tag", sa.String(255), nullable=False),
    )
    op.create_index("ix_demo_platform_line_item_link_id", "demo_platform_line_item", ["link_id"])
    op.create_table(
        "demo_platform_grade",
        sa.Column("line_item_id", sa.Integer(), sa.ForeignKey("demo_platform_line_item.id"), primary_key=True),
        sa.Column("person_id", sa.String(64), primary_key=True),
        sa.Column("points", sa.String(20)),
        sa.Column("comment", sa.String(2000), nullable=False),
        sa.Column("way", sa.String(16), nullable=False),
        sa.Column("sent_at", sa.String(40)),
        sa.Column("received_at", sa.String(40), nullable=False),
    )

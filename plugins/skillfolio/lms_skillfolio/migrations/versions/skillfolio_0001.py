"""The skillfolio as it begins."""

import sqlalchemy as sa
from alembic import op

from lms.database import UtcDateTime

revision = "skillfolio_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "skillfolio_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=True),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("earned_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["fact_id"], ["ledger_fact.id"], name=op.f("fk_skillfolio_entry_fact_id_ledger_fact")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people_person.id"], name=op.f("fk_skillfolio_entry_person_id_people_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skillfolio_entry")),
        sa.UniqueConstraint("fact_id", name=op.f("uq_skillfolio_entry_fact_id")),
    )
    with op.batch_alter_table("skillfolio_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_skillfolio_entry_person_id"), ["person_id"], unique=False)


def downgrade() -> None:
    raise RuntimeError("there is no way back but a restored backup")

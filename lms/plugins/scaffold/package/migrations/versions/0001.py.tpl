"""The plugin's tables as they begin."""

import sqlalchemy as sa
from alembic import op

from lms.database import UtcDateTime

revision = "${name}_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "${name}_completion",
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["fact_id"],
            ["ledger_fact.id"],
            name=op.f("fk_${name}_completion_fact_id_ledger_fact"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people_person.id"],
            name=op.f("fk_${name}_completion_person_id_people_person"),
        ),
        sa.PrimaryKeyConstraint("fact_id", name=op.f("pk_${name}_completion")),
    )
    with op.batch_alter_table("${name}_completion", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_${name}_completion_person_id"),
            ["person_id"],
            unique=False,
        )

    op.create_table(
        "${name}_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people_person.id"],
            name=op.f("fk_${name}_note_person_id_people_person"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_${name}_note")),
    )
    with op.batch_alter_table("${name}_note", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_${name}_note_person_id"),
            ["person_id"],
            unique=False,
        )


def downgrade() -> None:
    raise RuntimeError("there is no way back but a restored backup")

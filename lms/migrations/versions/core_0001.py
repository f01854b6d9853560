"""The core as it begins."""

import sqlalchemy as sa
from alembic import op

from lms.database import Points, UtcDateTime

revision = "core_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "courses_snapshot",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses_snapshot")),
    )
    with op.batch_alter_table("courses_snapshot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_courses_snapshot_slug"), ["slug"], unique=False)

    op.create_table(
        "files_let_go",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files_let_go")),
    )
    with op.batch_alter_table("files_let_go", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_files_let_go_at"), ["at"], unique=False)

    op.create_table(
        "jobs_failure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("handler", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("ids", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failed_at", UtcDateTime(), nullable=False),
        sa.Column("again_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs_failure")),
        sa.UniqueConstraint("job_id", name=op.f("uq_jobs_failure_job_id")),
    )
    with op.batch_alter_table("jobs_failure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_jobs_failure_failed_at"), ["failed_at"], unique=False)

    op.create_table(
        "jobs_loss",
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("worker", sa.String(length=64), nullable=False),
        sa.Column("claimed_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lost_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("job_id", "worker", "claimed_ms", name=op.f("pk_jobs_loss")),
    )
    with op.batch_alter_table("jobs_loss", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_jobs_loss_lost_at"), ["lost_at"], unique=False)

    op.create_table(
        "jobs_worker",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("beat_at", UtcDateTime(), nullable=False),
        sa.Column("leaving_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_jobs_worker")),
    )
    with op.batch_alter_table("jobs_worker", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_jobs_worker_beat_at"), ["beat_at"], unique=False)

    op.create_table(
        "lti_consumer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("sealed_secret", sa.String(length=500), nullable=False),
        sa.Column("origins", sa.JSON(), nullable=False),
        sa.Column("trusted_hosts", sa.JSON(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lti_consumer")),
        sa.UniqueConstraint("key", name=op.f("uq_lti_consumer_key")),
    )
    op.create_table(
        "lti_key",
        sa.Column("kid", sa.String(length=64), nullable=False),
        sa.Column("sealed_pem", sa.String(length=4000), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_lti_key")),
    )
    op.create_table(
        "lti_registration",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column("auth_url", sa.String(length=2000), nullable=False),
        sa.Column("token_url", sa.String(length=2000), nullable=False),
        sa.Column("jwks_url", sa.String(length=2000), nullable=False),
        sa.Column("origins", sa.JSON(), nullable=False),
        sa.Column("trusted_hosts", sa.JSON(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lti_registration")),
        sa.UniqueConstraint("issuer", "client_id", name=op.f("uq_lti_registration_issuer_client_id")),
    )
    op.create_table(
        "people_audit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_audit")),
    )
    with op.batch_alter_table("people_audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_people_audit_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_people_audit_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_people_audit_subject_id"), ["subject_id"], unique=False)

    op.create_table(
        "people_cohort",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_cohort")),
        sa.UniqueConstraint("code", name=op.f("uq_people_cohort_code")),
    )
    op.create_table(
        "people_imported_list",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_by", sa.Uuid(), nullable=False),
        sa.Column("uploaded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_imported_list")),
    )
    with op.batch_alter_table("people_imported_list", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_people_imported_list_uploaded_at"), ["uploaded_at"], unique=False)

    op.create_table(
        "people_person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("display_name", sa.String(length=200), nullable=False),
        sa.Column("plain_name", sa.String(length=200), nullable=False),
        sa.Column("list_key", sa.String(length=300), nullable=True),
        sa.Column("locale", sa.String(length=8), nullable=True),
        sa.Column("zone", sa.String(length=64), nullable=True),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("locked_at", UtcDateTime(), nullable=True),
        sa.Column("erased_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_person")),
        sa.UniqueConstraint("list_key", name=op.f("uq_people_person_list_key")),
    )
    with op.batch_alter_table("people_person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_people_person_plain_name"), ["plain_name"], unique=False)

    op.create_table(
        "people_sign_in_try",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("login_key", sa.String(length=64), nullable=False),
        sa.Column("address_key", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_sign_in_try")),
    )
    with op.batch_alter_table("people_sign_in_try", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_people_sign_in_try_address_key"), ["address_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_people_sign_in_try_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_people_sign_in_try_login_key"), ["login_key"], unique=False)

    op.create_table(
        "people_tutor_group",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_tutor_group")),
        sa.UniqueConstraint("title", name=op.f("uq_people_tutor_group_title")),
    )
    op.create_table(
        "courses_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("snapshot_id", sa.String(length=64), nullable=False),
        sa.Column("contract", sa.JSON(), nullable=False),
        sa.Column("contract_version", sa.Integer(), nullable=False),
        sa.Column("cohorts", sa.JSON(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=True),
        sa.Column("seats_taken", sa.Integer(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("kind in ('mandatory', 'elective')", name=op.f("ck_courses_run_kind")),
        sa.CheckConstraint("seats IS NULL OR seats_taken <= seats", name=op.f("ck_courses_run_seats")),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["courses_snapshot.id"], name=op.f("fk_courses_run_snapshot_id_courses_snapshot")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses_run")),
        sa.UniqueConstraint("slug", "code", name=op.f("uq_courses_run_slug_code")),
    )
    op.create_table(
        "ledger_fact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("course_run_id", sa.Uuid(), nullable=True),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("voids_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people_person.id"], name=op.f("fk_ledger_fact_person_id_people_person")
        ),
        sa.ForeignKeyConstraint(["voids_id"], ["ledger_fact.id"], name=op.f("fk_ledger_fact_voids_id_ledger_fact")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_fact")),
        sa.UniqueConstraint("key", name=op.f("uq_ledger_fact_key")),
        sa.UniqueConstraint("voids_id", name=op.f("uq_ledger_fact_voids_id")),
    )
    with op.batch_alter_table("ledger_fact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_fact_course_run_id"), ["course_run_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ledger_fact_kind"), ["kind"], unique=False)
        batch_op.create_index("ix_ledger_fact_person_run", ["person_id", "course_run_id", "kind"], unique=False)

    op.create_table(
        "lti_deployment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("deployment_id", sa.String(length=255), nullable=False),
        sa.Column("is_approved", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["lti_registration.id"],
            name=op.f("fk_lti_deployment_registration_id_lti_registration"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lti_deployment")),
        sa.UniqueConstraint(
            "registration_id", "deployment_id", name=op.f("uq_lti_deployment_registration_id_deployment_id")
        ),
    )
    op.create_table(
        "lti_launch_state",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state_hash", sa.String(length=64), nullable=False),
        sa.Column("browser_hash", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("deployment_id", sa.String(length=255), nullable=True),
        sa.Column("target_link_uri", sa.String(length=2000), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["lti_registration.id"],
            name=op.f("fk_lti_launch_state_registration_id_lti_registration"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lti_launch_state")),
        sa.UniqueConstraint("state_hash", name=op.f("uq_lti_launch_state_state_hash")),
    )
    with op.batch_alter_table("lti_launch_state", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lti_launch_state_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "lti_nonce",
        sa.Column("consumer_id", sa.Uuid(), nullable=False),
        sa.Column("nonce_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consumer_id"], ["lti_consumer.id"], name=op.f("fk_lti_nonce_consumer_id_lti_consumer")
        ),
        sa.PrimaryKeyConstraint("consumer_id", "nonce_hash", name=op.f("pk_lti_nonce")),
    )
    with op.batch_alter_table("lti_nonce", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lti_nonce_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "notebooks_grant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("challenge", sa.String(length=64), nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("redeemed_at", UtcDateTime(), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people_person.id"], name=op.f("fk_notebooks_grant_person_id_people_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notebooks_grant")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_notebooks_grant_code_hash")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_notebooks_grant_token_hash")),
    )
    with op.batch_alter_table("notebooks_grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notebooks_grant_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notebooks_grant_session_id"), ["session_id"], unique=False)

    op.create_table(
        "notices_notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people_person.id"], name=op.f("fk_notices_notice_person_id_people_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices_notice")),
        sa.UniqueConstraint("key", name=op.f("uq_notices_notice_key")),
    )
    with op.batch_alter_table("notices_notice", schema=None) as batch_op:
        batch_op.create_index("ix_notices_notice_person", ["person_id", "read_at", "created_at"], unique=False)

    op.create_table(
        "people_account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(length=16), nullable=False),
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people_person.id"], name=op.f("fk_people_account_person_id_people_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_account")),
        sa.UniqueConstraint(
            "provider",
            "issuer",
            "client_id",
            "subject",
            name=op.f("uq_people_account_provider_issuer_client_id_subject"),
        ),
    )
    with op.batch_alter_table("people_account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_people_account_person_id"), ["person_id"], unique=False)

    op.create_table(
        "people_cohort_member",
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["people_cohort.id"], name=op.f("fk_people_cohort_member_cohort_id_people_cohort")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people_person.id"], name=op.f("fk_people_cohort_member_person_id_people_person")
        ),
        sa.PrimaryKeyConstraint("cohort_id", "person_id", name=op.f("pk_people_cohort_member")),
    )
    with op.batch_alter_table("people_cohort_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_people_cohort_member_person_id"), ["person_id"], unique=False)

    op.create_table(
        "people_grant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=True),
        sa.Column("given_at", UtcDateTime(), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people_person.id"], name=op.f("fk_people_grant_person_id_people_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_grant")),
        sa.UniqueConstraint("person_id", "role", "scope_id", name=op.f("uq_people_grant_person_id_role_scope_id")),
    )
    with op.batch_alter_table("people_grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_people_grant_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_people_grant_scope_id"), ["scope_id"], unique=False)
        batch_op.create_index(
            "uq_people_grant_everywhere",
            ["person_id", "role"],
            unique=True,
            sqlite_where=sa.text("scope_id IS NULL"),
            postgresql_where=sa.text("scope_id IS NULL"),
        )

    op.create_table(
        "people_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=8), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("purpose in ('invite', 'reset')", name=op.f("ck_people_link_purpose")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people_person.id"], name=op.f("fk_people_link_person_id_people_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_people_link_token_hash")),
    )
    with op.batch_alter_table("people_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_people_link_person_id"), ["person_id"], unique=False)

    op.create_table(
        "people_tutor_group_member",
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["people_tutor_group.id"],
            name=op.f("fk_people_tutor_group_member_group_id_people_tutor_group"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people_person.id"], name=op.f("fk_people_tutor_group_member_person_id_people_person")
        ),
        sa.PrimaryKeyConstraint("group_id", "person_id", name=op.f("pk_people_tutor_group_member")),
    )
    with op.batch_alter_table("people_tutor_group_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_people_tutor_group_member_person_id"), ["person_id"], unique=False)

    op.create_table(
        "courses_enrolment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("enrolled_at", UtcDateTime(), nullable=False),
        sa.Column("left_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people_person.id"], name=op.f("fk_courses_enrolment_person_id_people_person")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["courses_run.id"], name=op.f("fk_courses_enrolment_run_id_courses_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses_enrolment")),
        sa.UniqueConstraint("run_id", "person_id", name=op.f("uq_courses_enrolment_run_id_person_id")),
    )
    with op.batch_alter_table("courses_enrolment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_courses_enrolment_person_id"), ["person_id"], unique=False)

    op.create_table(
        "grading_attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("step_id", sa.String(length=80), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("submitted_at", UtcDateTime(), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("snapshot_id", sa.String(length=64), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("graded_at", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("notebook", sa.String(length=255), nullable=True),
        sa.Column("auto_score", Points(), nullable=True),
        sa.Column("auto_max", Points(), nullable=True),
        sa.Column("manual_max", Points(), nullable=True),
        sa.Column("repairs", sa.JSON(), nullable=False),
        sa.Column("isolation", sa.String(length=32), nullable=True),
        sa.Column("feedback_sha256", sa.String(length=64), nullable=True),
        sa.Column("superseded_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "state in ('queued', 'needs_person', 'refused', 'failed', 'released')",
            name=op.f("ck_grading_attempt_state"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people_person.id"], name=op.f("fk_grading_attempt_person_id_people_person")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["courses_run.id"], name=op.f("fk_grading_attempt_run_id_courses_run")),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["courses_snapshot.id"], name=op.f("fk_grading_attempt_snapshot_id_courses_snapshot")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grading_attempt")),
        sa.UniqueConstraint(
            "run_id", "step_id", "person_id", "number", name=op.f("uq_grading_attempt_run_id_step_id_person_id_number")
        ),
        sa.UniqueConstraint(
            "run_id", "step_id", "person_id", "sha256", name=op.f("uq_grading_attempt_run_id_step_id_person_id_sha256")
        ),
    )
    with op.batch_alter_table("grading_attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_grading_attempt_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_grading_attempt_queue", ["state", "submitted_at"], unique=False)

    op.create_table(
        "lti_resource_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.String(length=255), nullable=False),
        sa.Column("link_title", sa.String(length=200), nullable=False),
        sa.Column("context_id", sa.String(length=255), nullable=False),
        sa.Column("context_title", sa.String(length=200), nullable=False),
        sa.Column("course_run_id", sa.Uuid(), nullable=True),
        sa.Column("step_id", sa.String(length=80), nullable=False),
        sa.Column("product", sa.String(length=40), nullable=False),
        sa.Column("items_url", sa.String(length=2000), nullable=False),
        sa.Column("column_url", sa.String(length=2000), nullable=False),
        sa.Column("column_held_by", sa.String(length=255), nullable=False),
        sa.Column("column_held_at", UtcDateTime(), nullable=True),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_run_id"], ["courses_run.id"], name=op.f("fk_lti_resource_link_course_run_id_courses_run")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lti_resource_link")),
        sa.UniqueConstraint("source_id", "link_id", name=op.f("uq_lti_resource_link_source_id_link_id")),
    )
    op.create_table(
        "people_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("browser", sa.String(length=200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["people_account.id"], name=op.f("fk_people_session_account_id_people_account")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people_person.id"], name=op.f("fk_people_session_person_id_people_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_people_session_token_hash")),
    )
    with op.batch_alter_table("people_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_people_session_person_id"), ["person_id"], unique=False)

    op.create_table(
        "grading_cell",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("max_score", Points(), nullable=False),
        sa.Column("auto_score", Points(), nullable=True),
        sa.Column("needs_person", sa.Boolean(), nullable=False),
        sa.Column("manual_score", Points(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("judged_by", sa.Uuid(), nullable=True),
        sa.Column("judged_at", UtcDateTime(), nullable=True),
        sa.Column("claimed_by", sa.Uuid(), nullable=True),
        sa.Column("claimed_until", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["attempt_id"],
            ["grading_attempt.id"],
            name=op.f("fk_grading_cell_attempt_id_grading_attempt"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grading_cell")),
        sa.UniqueConstraint("attempt_id", "name", name=op.f("uq_grading_cell_attempt_id_name")),
    )
    with op.batch_alter_table("grading_cell", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_grading_cell_needs_person"), ["needs_person"], unique=False)

    op.create_table(
        "grading_judgement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("cell", sa.String(length=255), nullable=False),
        sa.Column("score", Points(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"],
            ["grading_attempt.id"],
            name=op.f("fk_grading_judgement_attempt_id_grading_attempt"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grading_judgement")),
    )
    with op.batch_alter_table("grading_judgement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_grading_judgement_attempt_id"), ["attempt_id"], unique=False)

    op.create_table(
        "grading_release",
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.String(length=64), nullable=False),
        sa.Column("notebook", sa.String(length=255), nullable=True),
        sa.Column("score", Points(), nullable=False),
        sa.Column("max_score", Points(), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("feedback_sha256", sa.String(length=64), nullable=True),
        sa.Column("released_at", UtcDateTime(), nullable=False),
        sa.Column("released_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["attempt_id"],
            ["grading_attempt.id"],
            name=op.f("fk_grading_release_attempt_id_grading_attempt"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["courses_snapshot.id"], name=op.f("fk_grading_release_snapshot_id_courses_snapshot")
        ),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_grading_release")),
    )

    op.create_table(
        "lti_score_target",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("course_run_id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        sa.Column("consumer_id", sa.Uuid(), nullable=True),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("sourced_id", sa.String(length=4000), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "(registration_id IS NULL) <> (consumer_id IS NULL)", name=op.f("ck_lti_score_target_one_source")
        ),
        sa.ForeignKeyConstraint(
            ["consumer_id"], ["lti_consumer.id"], name=op.f("fk_lti_score_target_consumer_id_lti_consumer")
        ),
        sa.ForeignKeyConstraint(
            ["course_run_id"], ["courses_run.id"], name=op.f("fk_lti_score_target_course_run_id_courses_run")
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["lti_resource_link.id"], name=op.f("fk_lti_score_target_link_id_lti_resource_link")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people_person.id"], name=op.f("fk_lti_score_target_person_id_people_person")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["lti_registration.id"],
            name=op.f("fk_lti_score_target_registration_id_lti_registration"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lti_score_target")),
        sa.UniqueConstraint("link_id", "person_id", name=op.f("uq_lti_score_target_link_id_person_id")),
    )
    with op.batch_alter_table("lti_score_target", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lti_score_target_course_run_id"), ["course_run_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_lti_score_target_person_id"), ["person_id"], unique=False)

    op.create_table(
        "lti_score_post",
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("reason_params", sa.JSON(), nullable=False),
        sa.Column("share", Points(), nullable=True),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.Column("sender", sa.String(length=255), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "status in ('sending', 'sent', 'waiting', 'refused')", name=op.f("ck_lti_score_post_status")
        ),
        sa.ForeignKeyConstraint(
            ["target_id"], ["lti_score_target.id"], name=op.f("fk_lti_score_post_target_id_lti_score_target")
        ),
        sa.PrimaryKeyConstraint("target_id", name=op.f("pk_lti_score_post")),
    )

    op.create_table(
        "lti_roster",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("context_id", sa.String(length=255), nullable=False),
        sa.Column("context_title", sa.String(length=200), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("reason_params", sa.JSON(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.Column("tried_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("status in ('new', 'read', 'failed')", name=op.f("ck_lti_roster_status")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["lti_registration.id"], name=op.f("fk_lti_roster_registration_id_lti_registration")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lti_roster")),
        sa.UniqueConstraint("source_id", "context_id", name=op.f("uq_lti_roster_source_id_context_id")),
    )

    op.create_table(
        "lti_roster_member",
        sa.Column("roster_id", sa.Uuid(), nullable=False),
        sa.Column("subject_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("left_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people_person.id"], name=op.f("fk_lti_roster_member_person_id_people_person")
        ),
        sa.ForeignKeyConstraint(
            ["roster_id"], ["lti_roster.id"], name=op.f("fk_lti_roster_member_roster_id_lti_roster")
        ),
        sa.PrimaryKeyConstraint("roster_id", "subject_hash", name=op.f("pk_lti_roster_member")),
    )
    op.create_index(op.f("ix_lti_roster_member_person_id"), "lti_roster_member", ["person_id"], unique=False)

    op.create_table(
        "lti_choice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("deployment_id", sa.String(length=255), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people_person.id"], name=op.f("fk_lti_choice_person_id_people_person")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["lti_registration.id"], name=op.f("fk_lti_choice_registration_id_lti_registration")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lti_choice")),
    )
    op.create_index(op.f("ix_lti_choice_expires_at"), "lti_choice", ["expires_at"], unique=False)
    op.create_index(op.f("ix_lti_choice_person_id"), "lti_choice", ["person_id"], unique=False)


def downgrade() -> None:
    raise RuntimeError("there is no way back but a restored backup")

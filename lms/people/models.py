"""Tables of people. A person is one human; an account is one way by which they come in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, validates

from lms.database import Base, Id
from lms.people.names import plain


class Person(Base):
    """A human. Outside this database they are known by `opaque_name` alone.

    `list_key` is what an imported list knows them by; a locked person cannot come in until unlocked.
    """

    __tablename__ = "people_person"

    id: Mapped[Id]
    display_name: Mapped[str] = mapped_column(String(200))
    plain_name: Mapped[str] = mapped_column(String(200), index=True)
    """The name as it is searched: databases disagree on the case of Cyrillic letters."""
    list_key: Mapped[str | None] = mapped_column(String(300), unique=True)
    locale: Mapped[str | None] = mapped_column(String(8))
    zone: Mapped[str | None] = mapped_column(String(64))
    is_test: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    locked_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]

    @validates("display_name")
    def _keep_plain(self, _key: str, name: str) -> str:
        self.plain_name = plain(name)[:200]
        return name

    @property
    def opaque_name(self) -> str:
        """A stable name that says nothing: `u` and the id in hex."""
        return f"u{self.id.hex}"


class Account(Base):
    """A way in. Keyed by who vouches and whom they mean: never by e-mail.

    password: subject is the login. lti13: (issuer, client_id, sub). lti11: client_id is the consumer key, subject user_id.
    """

    __tablename__ = "people_account"
    __table_args__ = (UniqueConstraint("provider", "issuer", "client_id", "subject"),)

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people_person.id"), index=True)
    provider: Mapped[str] = mapped_column(String(16))
    issuer: Mapped[str] = mapped_column(String(255), default="")
    client_id: Mapped[str] = mapped_column(String(255), default="")
    subject: Mapped[str] = mapped_column(String(255))
    password_hash: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class SignInSession(Base):
    """A signed-in browser. The token itself is only in its cookie."""

    __tablename__ = "people_session"

    id: Mapped[Id]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people_person.id"), index=True)
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("people_account.id"))
    browser: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class OneUseLink(Base):
    """An invitation or a reset: whoever opens it once may set login and password of this person."""

    __tablename__ = "people_link"
    __table_args__ = (CheckConstraint("purpose in ('invite', 'reset')", name="purpose"),)

    id: Mapped[Id]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people_person.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Grant(Base):
    """A role, everywhere (`scope_id` empty) or in one course run or tutor group."""

    __tablename__ = "people_grant"
    __table_args__ = (
        UniqueConstraint("person_id", "role", "scope_id"),
        Index(
            "uq_people_grant_everywhere",
            "person_id",
            "role",
            unique=True,
            sqlite_where=text("scope_id IS NULL"),
            postgresql_where=text("scope_id IS NULL"),
        ),
    )

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people_person.id"), index=True)
    role: Mapped[str] = mapped_column(String(16))
    scope_id: Mapped[UUID | None] = mapped_column(index=True)
    given_at: Mapped[datetime]
    given_by: Mapped[UUID | None]


class Cohort(Base):
    """A year's intake, e.g. code `2026`."""

    __tablename__ = "people_cohort"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(200))


class CohortMember(Base):
    """Who belongs to a cohort, and at which stage of the year."""

    __tablename__ = "people_cohort_member"

    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("people_cohort.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people_person.id"), primary_key=True, index=True)
    stage: Mapped[str] = mapped_column(String(40), default="")


class TutorGroup(Base):
    """Participants whom one or more tutors accompany. A tutor of it holds the role with the group as its scope."""

    __tablename__ = "people_tutor_group"

    id: Mapped[Id]
    title: Mapped[str] = mapped_column(String(200), unique=True)


class TutorGroupMember(Base):
    """A participant of a tutor group."""

    __tablename__ = "people_tutor_group_member"

    group_id: Mapped[UUID] = mapped_column(ForeignKey("people_tutor_group.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people_person.id"), primary_key=True, index=True)


class AuditEntry(Base):
    """Who did what to whom: written in the transaction of the act; ids and codes only."""

    __tablename__ = "people_audit"

    id: Mapped[Id]
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[UUID | None] = mapped_column(index=True)
    action: Mapped[str] = mapped_column(String(64))
    subject_id: Mapped[UUID | None] = mapped_column(index=True)
    details: Mapped[dict[str, Any]] = mapped_column(JSON)


class SignInTry(Base):
    """Failed sign-ins, to slow guessing down. Login and address are kept as keyed hashes."""

    __tablename__ = "people_sign_in_try"

    id: Mapped[Id]
    login_key: Mapped[str] = mapped_column(String(64), index=True)
    address_key: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(index=True)


class ImportedList(Base):
    """An uploaded list between its preview and its import; its bytes are forgotten within a day."""

    __tablename__ = "people_imported_list"

    id: Mapped[Id]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    uploaded_by: Mapped[UUID]
    uploaded_at: Mapped[datetime] = mapped_column(index=True)

"""Tables of the LTI tool: who may launch us, launches under way, and where scores go."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Base, Id

URL = String(2000)


class Registration(Base):
    """A platform by LTI 1.3. One issuer may have many (each institution of a hosted platform), so the key is the pair.

    `origins` may show us in a frame. `trusted_hosts` (`host:port`) are those that get our tokens; an administrator
    named them, so they may be private addresses.
    """

    __tablename__ = "lti_registration"
    __table_args__ = (UniqueConstraint("issuer", "client_id"),)

    id: Mapped[Id]
    issuer: Mapped[str] = mapped_column(String(255))
    client_id: Mapped[str] = mapped_column(String(255))
    auth_url: Mapped[str] = mapped_column(URL)
    token_url: Mapped[str] = mapped_column(URL)
    jwks_url: Mapped[str] = mapped_column(URL)
    origins: Mapped[list[str]]
    trusted_hosts: Mapped[list[str]]
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class Deployment(Base):
    """An installation of us inside a platform. One that came by a launch waits until an administrator approves it."""

    __tablename__ = "lti_deployment"
    __table_args__ = (UniqueConstraint("registration_id", "deployment_id"),)

    id: Mapped[Id]
    registration_id: Mapped[UUID] = mapped_column(ForeignKey("lti_registration.id"))
    deployment_id: Mapped[str] = mapped_column(String(255))
    is_approved: Mapped[bool]
    created_at: Mapped[datetime]


class Consumer(Base):
    """A platform by LTI 1.1: a key and a secret (sealed, see vault.py), and hosts that may get results."""

    __tablename__ = "lti_consumer"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(255), unique=True)
    sealed_secret: Mapped[str] = mapped_column(String(500))
    origins: Mapped[list[str]]
    trusted_hosts: Mapped[list[str]]
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class SigningKey(Base):
    """A key of ours, sealed. A retired one signs no more and stays in the JWKS for a while."""

    __tablename__ = "lti_key"

    kid: Mapped[str] = mapped_column(String(64), primary_key=True)
    sealed_pem: Mapped[str] = mapped_column(String(4000))
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class LaunchState(Base):
    """A sign-in under way: state, nonce, registration and browser belong together, and are good for one launch.

    State and browser are kept as hashes; the row is deleted by the launch that uses it.
    """

    __tablename__ = "lti_launch_state"

    id: Mapped[Id]
    state_hash: Mapped[str] = mapped_column(String(64), unique=True)
    browser_hash: Mapped[str] = mapped_column(String(64))
    nonce: Mapped[str] = mapped_column(String(64))
    registration_id: Mapped[UUID] = mapped_column(ForeignKey("lti_registration.id"))
    deployment_id: Mapped[str | None] = mapped_column(String(255))
    """What the login said; None when it said nothing."""
    target_link_uri: Mapped[str] = mapped_column(URL)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Nonce(Base):
    """A nonce of LTI 1.1 that was used. Written only after its signature was found right."""

    __tablename__ = "lti_nonce"

    consumer_id: Mapped[UUID] = mapped_column(ForeignKey("lti_consumer.id"), primary_key=True)
    nonce_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class ResourceLink(Base):
    """A link in a platform's course. `source_id` is the deployment's id (1.3) or the consumer's (1.1): ids of a
    platform are small numbers and mean nothing outside it. `course_run_id` is where the link leads when a launch
    names no course; `step_id`, or "", the step of it whose score the link's column shows.

    `product` is the platform's family code (see platforms.py). `items_url` is the platform's list of columns, for a link
    that came without one; `column_url` is the one that we found or made there, `column_held_by` and `column_held_at` the
    job that is about to.
    """

    __tablename__ = "lti_resource_link"
    __table_args__ = (UniqueConstraint("source_id", "link_id"),)

    id: Mapped[Id]
    source_id: Mapped[UUID]
    link_id: Mapped[str] = mapped_column(String(255))
    link_title: Mapped[str] = mapped_column(String(200))
    context_id: Mapped[str] = mapped_column(String(255))
    context_title: Mapped[str] = mapped_column(String(200))
    course_run_id: Mapped[UUID | None] = mapped_column(ForeignKey("courses_run.id"))
    step_id: Mapped[str] = mapped_column(String(80), default="")
    product: Mapped[str] = mapped_column(String(40), default="")
    items_url: Mapped[str] = mapped_column(URL, default="")
    column_url: Mapped[str] = mapped_column(URL, default="")
    column_held_by: Mapped[str] = mapped_column(String(255), default="")
    column_held_at: Mapped[datetime | None]
    seen_at: Mapped[datetime]


class ScoreTarget(Base):
    """Where a person's score of a run goes, as their last signed launch said.

    For 1.3: `url` is the line item ("": the column that the link has, or will get), `subject` the platform's name for the person, `registration_id` whose keys serve.
    For 1.1: `url` is the outcome service, `sourced_id` names the cell, `consumer_id` whose secret signs.
    """

    __tablename__ = "lti_score_target"
    __table_args__ = (
        UniqueConstraint("link_id", "person_id"),
        CheckConstraint("(registration_id IS NULL) <> (consumer_id IS NULL)", name="one_source"),
    )

    id: Mapped[Id]
    link_id: Mapped[UUID] = mapped_column(ForeignKey("lti_resource_link.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people_person.id"), index=True)
    course_run_id: Mapped[UUID] = mapped_column(ForeignKey("courses_run.id"), index=True)
    registration_id: Mapped[UUID | None] = mapped_column(ForeignKey("lti_registration.id"))
    consumer_id: Mapped[UUID | None] = mapped_column(ForeignKey("lti_consumer.id"))
    subject: Mapped[str] = mapped_column(String(255))
    url: Mapped[str] = mapped_column(URL)
    sourced_id: Mapped[str] = mapped_column(String(4000))
    updated_at: Mapped[datetime]


class ScorePost(Base):
    """What became of sending: the last share that the platform took, or why it did not.

    `reason` is a message id with `reason_params`, or "". `share` is 0..1, None when a score was taken back. `sent_at` is the time told to the platform,
    strictly growing. `tries` tells a later sending from an earlier one that still waits for its answer; `sender` is the
    job that has the turn.
    """

    __tablename__ = "lti_score_post"
    __table_args__ = (CheckConstraint("status in ('sending', 'sent', 'waiting', 'refused')", name="status"),)

    target_id: Mapped[UUID] = mapped_column(ForeignKey("lti_score_target.id"), primary_key=True)
    status: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(500))
    reason_params: Mapped[dict[str, Any]]
    share: Mapped[Decimal | None]
    sent_at: Mapped[datetime]
    sender: Mapped[str] = mapped_column(String(255))
    tries: Mapped[int]
    changed_at: Mapped[datetime]


class Roster(Base):
    """A platform's course whose list of people we may read. `reason` is a message id with `reason_params`, or ""."""

    __tablename__ = "lti_roster"
    __table_args__ = (
        UniqueConstraint("source_id", "context_id"),
        CheckConstraint("status in ('new', 'read', 'failed')", name="status"),
    )

    id: Mapped[Id]
    registration_id: Mapped[UUID] = mapped_column(ForeignKey("lti_registration.id"))
    source_id: Mapped[UUID]
    context_id: Mapped[str] = mapped_column(String(255))
    context_title: Mapped[str] = mapped_column(String(200))
    url: Mapped[str] = mapped_column(URL)
    status: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(500))
    reason_params: Mapped[dict[str, Any]]
    read_at: Mapped[datetime | None]
    tried_at: Mapped[datetime | None]


class RosterMember(Base):
    """A pupil on a roster. Who is on it no more is marked by `left_at`, and nothing of theirs is touched.

    `person_id` is None for somebody who was erased: the next reading must not make them anew.
    """

    __tablename__ = "lti_roster_member"

    roster_id: Mapped[UUID] = mapped_column(ForeignKey("lti_roster.id"), primary_key=True)
    subject_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people_person.id"), index=True)
    seen_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


class Choice(Base):
    """A platform's wish that a person of it picks what to put into its course; `settings` are content_items.PickerSettings."""

    __tablename__ = "lti_choice"

    id: Mapped[Id]
    registration_id: Mapped[UUID] = mapped_column(ForeignKey("lti_registration.id"))
    deployment_id: Mapped[str] = mapped_column(String(255))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people_person.id"), index=True)
    settings: Mapped[dict[str, Any]]
    expires_at: Mapped[datetime] = mapped_column(index=True)

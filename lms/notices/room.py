"""What notices contribute: the inbox, the bell of every page, personal data, forgetting."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, url_for
from sqlalchemy import delete
from sqlalchemy.orm import Session

from lms.jobs import Handler, JobRun, Schedule
from lms.notices.models import Notice
from lms.notices.service import count_unread, forget_old, inbox
from lms.notices.views import notices
from lms.people.personal import PersonalData
from lms.registries import Registries
from lms.web.access import frame_visitor
from lms.web.unit import reading

DAY_SECONDS = 24 * 3600
EXPORTED = 5000


def lms_blueprints() -> Sequence[Blueprint]:
    return [notices]


def lms_jobs() -> Sequence[Handler]:
    return [Handler("notices.forget", _forget)]


def lms_schedules() -> Sequence[Schedule]:
    return [Schedule("notices.forget", "notices.forget", DAY_SECONDS)]


def lms_personal_data() -> Sequence[PersonalData]:
    return [
        PersonalData(
            name="notices",
            tables=frozenset({Notice.__tablename__}),
            retention="A year; erased with the person.",
            export=_export,
            erase=_erase,
        )
    ]


def install(app: Flask, _registries: Registries) -> None:
    """Give every page its bell."""
    app.context_processor(_bell)


def _bell() -> dict[str, object]:
    visitor = frame_visitor()
    if visitor is None:
        return {}
    return {"notices_url": url_for("notices.show"), "notices_count": count_unread(reading(), visitor.person_id)}


def _forget(run: JobRun) -> None:
    with run.writing() as session:
        forget_old(session, at=run.at())


def _export(session: Session, person_id: UUID) -> list[dict[str, Any]]:
    rows = session.scalars(inbox(person_id).limit(EXPORTED))
    return [
        {
            "kind": row.kind,
            "params": row.params,
            "url": row.url,
            "created_at": row.created_at.isoformat(),
            "read_at": row.read_at.isoformat() if row.read_at else None,
        }
        for row in rows
    ]


def _erase(session: Session, person_id: UUID) -> None:
    session.execute(delete(Notice).where(Notice.person_id == person_id))

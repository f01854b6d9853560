"""What notebooks contribute: the way to the hub, the OAuth provider, the API of the servers, the head start."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.jobs import Handler
from lms.notebooks import erasure, expulsion, prestart
from lms.notebooks.api import api
from lms.notebooks.leaving import init_leaving
from lms.notebooks.models import Grant
from lms.notebooks.oauth import oauth
from lms.notebooks.views import notebooks
from lms.people.personal import PersonalData
from lms.people.sessions import SignedInElsewhere
from lms.registries import Registries

ASSIGNMENT_PAGES = frozenset({"grading.assignment", "grading.submit"})


def lms_blueprints() -> Sequence[Blueprint]:
    return [notebooks, oauth, api]


def lms_jobs() -> Sequence[Handler]:
    return [prestart.HANDLER, erasure.HANDLER, expulsion.HANDLER]


def install(app: Flask, registries: Registries) -> None:
    """Give an assignment's page, which belongs to a lower room, its link into the notebook; sign out of the hub too."""
    app.context_processor(_open_url)
    init_leaving(app)
    registries.get(SignedInElsewhere).add(expulsion.ELSEWHERE)


def _open_url() -> dict[str, object]:
    arguments = request.view_args
    if request.endpoint not in ASSIGNMENT_PAGES or arguments is None:
        return {}
    return {"open_url": url_for("notebooks.open_notebook", slug=arguments["slug"], step_id=arguments["step_id"])}


def lms_personal_data() -> Sequence[PersonalData]:
    return [
        PersonalData(
            name="notebooks",
            tables=frozenset({Grant.__tablename__}),
            retention="Sign-ins at the hub are kept for 14 days. The files in a participant's home are theirs to download there, and go with the person.",
            export=_export,
            erase=erasure.erase,
        )
    ]


def _export(session: Session, person_id: UUID) -> list[dict[str, Any]]:
    rows = session.scalars(select(Grant.issued_at).where(Grant.person_id == person_id).order_by(Grant.issued_at))
    return [{"signed_in_at_hub": issued_at.isoformat()} for issued_at in rows]

"""Who did what to whom."""

from dataclasses import dataclass, replace
from datetime import datetime

from flask import render_template, request
from flask_babel import gettext as _

from lms.people import audit, directory
from lms.people.admin_views import parse_id, people_admin
from lms.people.audit import AuditLine, Searched
from lms.people.audit_texts import ACTIONS, detail_texts
from lms.people.directory import Wanted
from lms.people.models import Person
from lms.people.permissions import AUDIT
from lms.web.access import needs
from lms.web.paging import page_number, paginate
from lms.web.unit import reading


@dataclass(frozen=True, slots=True)
class ShownLine:
    """An entry in the visitor's language."""

    at: datetime
    action: str
    actor: str | None
    subject: str | None
    details: str


@people_admin.get("/audit")
@needs(AUDIT.name)
def list_audit() -> str:
    """Everything, or what concerns one person or those of a name, or is of one kind."""
    session, action, words = reading(), request.args.get("action", ""), request.args.get("q", "")[:200]
    people = directory.search(Wanted(words=words)).with_only_columns(Person.id).order_by(None) if words else None
    searched = Searched(parse_id(request.args.get("person", "")), action, people)
    pager = paginate(session, audit.list_entries(searched), page_number())
    return render_template(
        "people/admin_audit.html",
        pager=replace(pager, items=[_shown(line) for line in audit.describe(session, pager.items)]),
        query=words,
        action=action,
        action_options=[("", _("All")), *((code, _(text)) for code, text in ACTIONS.items())],
        person=request.args.get("person", ""),
    )


def _shown(line: AuditLine) -> ShownLine:
    details = "; ".join(
        _(text, value=_(value) if is_message else value) for text, value, is_message in detail_texts(line)
    )
    text = ACTIONS.get(line.action)
    return ShownLine(line.at, _(text) if text else line.action, line.actor, line.subject, details)

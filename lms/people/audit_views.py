"""Who did what to whom."""

from dataclasses import replace

from flask import render_template, request
from flask_babel import gettext as _

from lms.people import audit
from lms.people.admin_views import parse_id, people_admin
from lms.people.permissions import AUDIT
from lms.web.access import needs
from lms.web.paging import page_number, paginate
from lms.web.unit import reading


@people_admin.get("/audit")
@needs(AUDIT.name)
def list_audit() -> str:
    """Everything, or what concerns one person or is of one kind."""
    session, action = reading(), request.args.get("action", "")
    pager = paginate(session, audit.list_entries(parse_id(request.args.get("person", "")), action), page_number())
    return render_template(
        "people/admin_audit.html",
        pager=replace(pager, items=audit.describe(session, pager.items)),
        action=action,
        action_options=[("", _("All")), *((code, _(text)) for code, text in audit.ACTIONS.items())],
        actions=audit.ACTIONS,
        person=request.args.get("person", ""),
    )

"""Administration of people: the list, one person, what one may do to them."""

from dataclasses import dataclass, replace
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from lms import files
from lms.clock import now
from lms.errors import N_, Invalid
from lms.people import (
    accounts,
    audit,
    cohorts,
    directory,
    erasure,
    groups,
    invitations,
    lifecycle,
    personal,
    roles,
    sessions,
)
from lms.people.actor import Role
from lms.people.archive import write_archive
from lms.people.audit import Searched
from lms.people.audit_texts import ACTIONS
from lms.people.directory import Entry, Wanted
from lms.people.forms_admin import AddPersonForm, role_choices
from lms.people.links_views import show_links
from lms.people.permissions import MANAGE
from lms.people.person_links import links_of
from lms.people.visitor import get_actor
from lms.web.access import needs
from lms.web.paging import page_number, paginate
from lms.web.unit import reading, unit_of_work

people_admin = Blueprint("people_admin", __name__, url_prefix="/admin/people")
AUDIT_SHOWN = 20
ARCHIVE_IN_MEMORY = 8 * 2**20


def parse_id(text: str) -> UUID | None:
    """An id that came in a form or an address; None for nonsense."""
    try:
        return UUID(text)
    except ValueError:
        return None


def parse_role(text: str) -> Role | None:
    """None for nonsense."""
    return Role(text) if text in set(Role) else None


def wanted() -> Wanted:
    """The filters of this request."""
    values = request.values
    return Wanted(
        words=values.get("q", "")[:200],
        role=parse_role(values.get("role", "")),
        cohort=values.get("cohort", ""),
        group_id=parse_id(values.get("group", "")),
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A person as the list shows them."""

    id: UUID
    display_name: str
    login: str | None
    roles: list[str]
    cohort: str | None
    groups: tuple[str, ...]
    state: str
    seen_at: datetime | None
    url: str | None


def as_line(entry: Entry, url: str | None) -> Line:
    """In the visitor's language."""
    return Line(
        id=entry.id,
        display_name=entry.display_name,
        login=entry.login,
        roles=[_(roles.TITLES[role]) for role in entry.roles],
        cohort=", ".join(entry.cohorts) or None,
        groups=entry.groups,
        state=entry.state,
        seen_at=entry.seen_at,
        url=url,
    )


SCOPED = frozenset({Role.TUTOR, Role.MENTOR})
"""Roles that mean something in one tutor group. An administrator of one group would be one of everything."""


@people_admin.get("")
@needs(MANAGE.name)
def index() -> str:
    """Search and filter; act on the ticked."""
    session, filters = reading(), wanted()
    pager = paginate(session, directory.search(filters), page_number())
    entries = directory.describe(session, pager.items, at=now())
    shown = [as_line(one, url_for("people_admin.person", person_id=one.id)) for one in entries]
    found_groups = groups.list_groups(session)
    return render_template(
        "people/admin_people.html",
        pager=replace(pager, items=shown),
        query=filters.words,
        role=filters.role or "",
        role_options=[("", _("All")), *role_choices()],
        cohort=filters.cohort,
        cohort_options=[("", _("All")), *((one.code, one.title) for one in cohorts.list_cohorts(session))],
        group=str(filters.group_id or ""),
        group_options=[("", _("All")), *((str(one.id), one.title) for one in found_groups)],
        add_url=url_for("people_admin.add"),
        import_url=url_for("people_admin.import_list"),
        groups_url=url_for("people_admin.list_groups"),
        act_url=url_for("people_admin.act"),
        at_once=invitations.AT_ONCE,
    )


@people_admin.post("/act")
@needs(MANAGE.name)
def act() -> Response | str:
    """Do something to the ticked people, or to all whom the filters find."""
    chosen = [one for text in request.form.getlist("ids") if (one := parse_id(text)) is not None]
    what = request.form.get("act", "")
    with unit_of_work() as session:
        if request.form.get("all") == "1":
            chosen = [one.id for one in session.scalars(directory.search(wanted()).limit(invitations.AT_ONCE + 1))]
        if not chosen:
            raise Invalid(N_("Choose somebody first: nobody is ticked."))
        if what in {"sheet", "link"}:
            made = invitations.invite(session, chosen, by=get_actor(), at=now())
            title = _title_of_sheet()
        elif len(chosen) > invitations.AT_ONCE:
            raise Invalid(N_("These are more than %(most)s people. Filter the list first."), most=invitations.AT_ONCE)
        elif what == "group":
            group_id = parse_id(request.form.get("group_id", ""))
            if group_id is None:
                raise Invalid(N_("Choose a group first."))
            for person_id in chosen:
                groups.add_member(session, group_id, person_id, by=get_actor().person_id, at=now())
        else:
            raise Invalid(N_("There is no such choice."))
    if what == "group":
        flash(
            ngettext("%(num)s person is in the group now.", "%(num)s people are in the group now.", len(chosen)),
            "success",
        )
        return redirect(url_for("people_admin.index"))
    return show_links(made, title=title, back_url=url_for("people_admin.index"), as_sheet=what == "sheet")


def _title_of_sheet() -> str:
    return request.form.get("title", "")[:200] or _("Invitations")


@people_admin.route("/new", methods=["GET", "POST"])
@needs(MANAGE.name)
def add() -> Response | str | tuple[str, int]:
    """One person by hand; the answer shows their one-use link."""
    form = AddPersonForm()
    if not form.validate_on_submit():
        page = render_template("people/admin_add.html", form=form, back_url=url_for("people_admin.index"))
        return (page, 422) if form.is_submitted() else page
    by = get_actor()
    with unit_of_work() as session:
        person = lifecycle.add_person(
            session,
            form.name.data or "",
            Role(form.role.data),
            by=by.person_id,
            at=now(),
            cohort=form.cohort.data or "",
            group=form.group.data or "",
        )
        made = invitations.invite(session, [person.id], by=by, at=now())
    return show_links(
        made, title=person.display_name, back_url=url_for("people_admin.person", person_id=person.id), as_sheet=False
    )


@people_admin.get("/<uuid:person_id>")
@needs(MANAGE.name)
def person(person_id: UUID) -> str:
    """All that administration knows of a person."""
    session = reading()
    someone = accounts.get_person(session, person_id)
    (entry,) = directory.describe(session, [someone], at=now())
    entries = session.scalars(audit.list_entries(Searched(person_id)).limit(AUDIT_SHOWN)).all()
    return render_template(
        "people/admin_person.html",
        person=someone,
        line=as_line(entry, None),
        is_me=person_id == get_actor().person_id,
        grants=roles.describe_grants(session, person_id),
        roles_text=roles.TITLES,
        role_options=role_choices(),
        group_options=[("", _("everywhere")), *((str(one.id), one.title) for one in groups.list_groups(session))],
        memberships=groups.list_groups(session, groups.group_ids_of(session, person_id)),
        accounts=accounts.list_accounts(session, person_id),
        cohorts=cohorts.memberships(session, person_id),
        sessions=sessions.list_sessions(session, person_id, at=now()),
        entries=audit.describe(session, entries),
        actions=ACTIONS,
        links=links_of(session, [person_id], by=get_actor()),
        back_url=url_for("people_admin.index"),
    )


def _back(person_id: UUID, text: str) -> Response:
    flash(text, "success")
    return redirect(url_for("people_admin.person", person_id=person_id))


@people_admin.post("/<uuid:person_id>/change")
@needs(MANAGE.name)
def change(person_id: UUID) -> Response:
    """Name and language."""
    with unit_of_work() as session:
        lifecycle.change_person(
            session,
            person_id,
            name=request.form.get("name", ""),
            locale=request.form.get("locale", ""),
            by=get_actor().person_id,
            at=now(),
        )
    return _back(person_id, _("Saved."))


@people_admin.post("/<uuid:person_id>/roles")
@needs(MANAGE.name)
def change_roles(person_id: UUID) -> Response:
    """Give (`act=give`) or take (`act=take`) a role, everywhere or in a tutor group or course run."""
    role, scope_text = parse_role(request.form.get("role", "")), request.form.get("scope", "")
    scope_id = parse_id(scope_text)
    if role is None or (scope_text and scope_id is None):
        raise Invalid(N_("There is no such choice."))
    by = get_actor().person_id
    with unit_of_work() as session:
        accounts.get_person(session, person_id)
        if request.form.get("act") == "take":
            roles.revoke(session, person_id, role, scope_id=scope_id, by=by, at=now())
        else:
            if scope_id is not None:
                if role not in SCOPED:
                    raise Invalid(
                        N_("Only tutors and mentors can have their role in one group; this role counts everywhere.")
                    )
                groups.get_group(session, scope_id)
            accounts.grant(session, person_id, role, scope_id=scope_id, by=by, at=now())
    return _back(person_id, _("Roles are changed."))


@people_admin.post("/<uuid:person_id>/cohorts")
@needs(MANAGE.name)
def change_cohorts(person_id: UUID) -> Response:
    """Join a cohort or change the stage in it; `act=leave`: leave it."""
    code, stage = request.form.get("cohort", ""), request.form.get("stage", "")
    by = get_actor().person_id
    with unit_of_work() as session:
        accounts.get_person(session, person_id)
        if request.form.get("act") == "leave":
            cohorts.leave(session, code, person_id, by=by, at=now())
        else:
            cohort = cohorts.find_or_create_cohort(session, code)
            cohorts.join(session, cohort.id, person_id, stage=stage)
            audit.record(session, "cohort.joined", at=now(), actor_id=by, subject_id=person_id, cohort=cohort.code)
    return _back(person_id, _("Saved."))


@people_admin.post("/<uuid:person_id>/link")
@needs(MANAGE.name)
def make_link(person_id: UUID) -> str:
    """A new one-use link, shown once."""
    with unit_of_work() as session:
        made = invitations.invite(session, [person_id], by=get_actor(), at=now())
    back_url = url_for("people_admin.person", person_id=person_id)
    return show_links(made, title=made[0].display_name, back_url=back_url, as_sheet=False)


@people_admin.post("/<uuid:person_id>/access")
@needs(MANAGE.name)
def change_access(person_id: UUID) -> Response:
    """`act`: sign_out (everywhere), lock, unlock."""
    acts: dict[str, tuple[Any, str]] = {
        "sign_out": (lifecycle.sign_out, _("Signed out everywhere.")),
        "lock": (lifecycle.lock_person, _("Access is locked.")),
        "unlock": (lifecycle.unlock_person, _("Access is open again.")),
    }
    if request.form.get("act", "") not in acts:
        abort(400)
    do, text = acts[request.form["act"]]
    with unit_of_work() as session:
        do(session, person_id, by=get_actor().person_id, at=now())
    return _back(person_id, text)


@people_admin.post("/<uuid:person_id>/export")
@needs(MANAGE.name)
def export(person_id: UUID) -> Response:
    """All that is kept of a person, as an archive: person.json and their files."""
    with unit_of_work() as session:
        kept = personal.export_person(session, person_id, by=get_actor().person_id, at=now())
    archive = SpooledTemporaryFile(max_size=ARCHIVE_IN_MEMORY)  # noqa: SIM115 - the answer reads it and closes it
    write_archive(archive, kept, files.of(reading()))
    archive.seek(0)
    answer: Response = send_file(
        archive, "application/zip", as_attachment=True, download_name=f"person-{person_id}.zip"
    )
    answer.headers["Cache-Control"] = "no-store, private"
    return answer


@people_admin.post("/<uuid:person_id>/erase")
@needs(MANAGE.name)
def erase(person_id: UUID) -> Response:
    """Forget a person for good; the form repeats the name, so that it is meant."""
    with unit_of_work() as session:
        someone = accounts.get_person(session, person_id)
        if request.form.get("name", "").strip() != someone.display_name:
            raise Invalid(N_("To erase this person, type the name exactly as it is written above."))
        if person_id == get_actor().person_id:
            raise Invalid(N_("You cannot erase yourself. Ask another administrator."))
        erasure.erase_person(session, person_id, by=get_actor().person_id, at=now())
    flash(_("The person is erased."), "success")
    return redirect(url_for("people_admin.index"))

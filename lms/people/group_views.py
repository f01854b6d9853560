"""Tutor groups: the administration's pages, and those of the tutors themselves."""

from dataclasses import replace
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.clock import now
from lms.errors import N_, Invalid, NotFound
from lms.people import directory, groups, invitations
from lms.people.admin_views import as_line, parse_id, people_admin
from lms.people.directory import Wanted
from lms.people.links_views import show_links
from lms.people.permissions import ACCOMPANY, MANAGE
from lms.people.person_links import links_of
from lms.people.visitor import get_actor
from lms.web.access import needs
from lms.web.paging import page_number, paginate
from lms.web.unit import reading, unit_of_work

my_groups = Blueprint("groups", __name__, url_prefix="/groups")


@people_admin.get("/groups")
@needs(MANAGE.name)
def list_groups() -> str:
    """All groups with their tutors."""
    session = reading()
    shown = groups.summaries(session, groups.list_groups(session))
    return render_template("people/admin_groups.html", groups=shown, back_url=url_for("people_admin.index"))


@people_admin.post("/groups")
@needs(MANAGE.name)
def create_group() -> Response:
    """Make one."""
    with unit_of_work() as session:
        group = groups.create_group(session, request.form.get("title", ""), by=get_actor().person_id, at=now())
    return redirect(url_for("people_admin.group", group_id=group.id))


@people_admin.get("/groups/<uuid:group_id>")
@needs(MANAGE.name)
def group(group_id: UUID) -> str:
    """Tutors and members; somebody is found and added."""
    session = reading()
    found = groups.get_group(session, group_id)
    words = request.args.get("q", "")[:200]
    candidates = session.scalars(directory.search(Wanted(words=words)).limit(20)).all() if words else []
    pager = paginate(session, directory.search(Wanted(group_id=group_id)), page_number())
    entries = directory.describe(session, pager.items, at=now())
    shown = [as_line(one, url_for("people_admin.person", person_id=one.id)) for one in entries]
    return render_template(
        "people/admin_group.html",
        group=found,
        tutors=groups.list_tutors(session, group_id),
        pager=replace(pager, items=shown),
        query=words,
        candidates=candidates,
        links=links_of(session, [one.id for one in pager.items], by=get_actor()),
        act_url=url_for("people_admin.act"),
        back_url=url_for("people_admin.list_groups"),
    )


@people_admin.post("/groups/<uuid:group_id>")
@needs(MANAGE.name)
def change_group(group_id: UUID) -> Response:
    """`act`: rename, delete, add_member, remove_member, add_tutor, remove_tutor."""
    acts = {
        "add_member": groups.add_member,
        "remove_member": groups.remove_member,
        "add_tutor": groups.add_tutor,
        "remove_tutor": groups.remove_tutor,
    }
    what, by = request.form.get("act", ""), get_actor().person_id
    with unit_of_work() as session:
        if what == "rename":
            groups.rename_group(session, group_id, request.form.get("title", ""), by=by, at=now())
        elif what == "delete":
            groups.delete_group(session, group_id, by=by, at=now())
        elif what in acts:
            person_id = parse_id(request.form.get("person_id", ""))
            if person_id is None:
                raise NotFound
            acts[what](session, group_id, person_id, by=by, at=now())
        else:
            abort(400)
    flash(_("Saved."), "success")
    if what == "delete":
        return redirect(url_for("people_admin.list_groups"))
    return redirect(url_for("people_admin.group", group_id=group_id))


@my_groups.get("")
@needs(ACCOMPANY.name)
def index() -> str:
    """The groups that this tutor accompanies."""
    session = reading()
    mine = groups.list_groups(session, get_actor().scopes(ACCOMPANY.name))
    return render_template("people/groups.html", groups=groups.summaries(session, mine))


@my_groups.get("/<uuid:group_id>")
@needs(ACCOMPANY.name)
def show(group_id: UUID) -> str:
    """The participants of a group of one's own, and who has come in."""
    get_actor().must(ACCOMPANY.name, group_id)
    session = reading()
    found = groups.get_group(session, group_id)
    pager = paginate(session, directory.search(Wanted(group_id=group_id)), page_number())
    shown = [as_line(one, None) for one in directory.describe(session, pager.items, at=now())]
    return render_template(
        "people/group.html",
        group=found,
        pager=replace(pager, items=shown),
        links=links_of(session, [one.id for one in pager.items], by=get_actor()),
        back_url=url_for("groups.index"),
    )


@my_groups.post("/<uuid:group_id>/links")
@needs(ACCOMPANY.name)
def make_links(group_id: UUID) -> str:
    """New one-use links for the ticked participants of this group."""
    by = get_actor()
    by.must(ACCOMPANY.name, group_id)
    chosen = [one for text in request.form.getlist("ids") if (one := parse_id(text)) is not None]
    if not chosen:
        raise Invalid(N_("Choose somebody first: nobody is ticked."))
    with unit_of_work() as session:
        title = groups.get_group(session, group_id).title
        made = invitations.invite(session, chosen, by=by, at=now())
    back_url = url_for("groups.show", group_id=group_id)
    return show_links(made, title=title, back_url=back_url, as_sheet=request.form.get("act") == "sheet")

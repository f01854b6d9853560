"""Import of a list in the browser: upload, preview, confirm."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.clock import now
from lms.errors import Conflict, Invalid, TooLarge
from lms.people import importing, invitations
from lms.people.admin_views import people_admin
from lms.people.importing import Act, Plan, PlannedRow
from lms.people.importing.columns import COLUMNS, word_for
from lms.people.importing.rows import Note
from lms.people.importing.table import MOST_BYTES
from lms.people.permissions import MANAGE
from lms.people.visitor import get_actor
from lms.web.access import needs
from lms.web.unit import reading, unit_of_work

ROWS_SHOWN = 500


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row as the preview shows it."""

    line: int
    display_name: str
    act: str
    details: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What the template needs of a plan; rows with a problem come first."""

    rows: list[ShownRow]
    more: int
    new: int
    changed: int
    same: int
    problems: int
    ignored: tuple[str, ...]
    digest: str
    confirm_url: str


def say(note: Note, headings: Mapping[str, str]) -> str:
    """A note in the visitor's language; the column is called as the file calls it."""
    params = {name: _(value) if name == "role" else value for name, value in note.params.items()}
    text: str = _(note.text, **params)
    if not note.column:
        return text
    column = word_for(note.column, headings, str(get_locale()))
    return str(_("Column “%(column)s”: %(text)s", column=column, text=text))


def _shown(planned: PlannedRow, headings: Mapping[str, str]) -> ShownRow:
    said = [say(note, headings) for note in planned.notes]
    return ShownRow(
        planned.row.line, planned.row.name, planned.act.value, (" " if planned.act is Act.PROBLEM else "; ").join(said)
    )


def preview_of(plan: Plan, confirm_url: str) -> Preview:
    """Bounded: a page of thousands of rows helps nobody."""
    ordered = sorted(plan.rows, key=lambda planned: planned.act is not Act.PROBLEM)
    return Preview(
        rows=[_shown(planned, plan.headings) for planned in ordered[:ROWS_SHOWN]],
        more=max(0, len(ordered) - ROWS_SHOWN),
        new=plan.count(Act.NEW),
        changed=plan.count(Act.CHANGE),
        same=plan.count(Act.SAME),
        problems=plan.count(Act.PROBLEM),
        ignored=plan.ignored,
        digest=plan.digest,
        confirm_url=confirm_url,
    )


def _page(*, preview: Preview | None = None, errors: tuple[str, ...] = ()) -> str:
    return render_template(
        "people/admin_import.html",
        back_url=url_for("people_admin.index"),
        import_url=url_for("people_admin.import_list"),
        errors=errors,
        columns=[
            {"name": " / ".join(one.words[:2]), "meaning": _(one.meaning), "required": one.required} for one in COLUMNS
        ],
        preview=preview,
    )


@people_admin.route("/import", methods=["GET", "POST"])
@needs(MANAGE.name)
def import_list() -> Response | str | tuple[str, int]:
    """Take the file in; the preview has an address of its own."""
    if request.method == "GET":
        return _page()
    upload = request.files.get("file")
    content = upload.stream.read(MOST_BYTES + 1) if upload is not None else b""
    try:
        with unit_of_work() as session:
            list_id = importing.keep_list(session, content, by=get_actor().person_id, at=now())
        importing.make_plan(reading(), content)
    except (Invalid, TooLarge) as refusal:
        return _page(errors=(_(refusal.text, **refusal.params),)), refusal.status
    return redirect(url_for("people_admin.preview_list", list_id=list_id))


@people_admin.get("/import/<uuid:list_id>")
@needs(MANAGE.name)
def preview_list(list_id: UUID) -> str:
    """What the kept list would do now."""
    session = reading()
    content = importing.get_list(session, list_id, by=get_actor().person_id)
    plan = importing.make_plan(session, content)
    return _page(preview=preview_of(plan, url_for("people_admin.confirm_list", list_id=list_id)))


@people_admin.post("/import/<uuid:list_id>")
@needs(MANAGE.name)
def confirm_list(list_id: UUID) -> Response:
    """Import the list as it was previewed, or show the new preview."""
    by, at = get_actor().person_id, now()
    try:
        with unit_of_work() as session:
            content = importing.get_list(session, list_id, by=by)
            digest = request.form.get("digest", "")
            importing.import_list(session, content, by=by, at=at, confirmed=digest, list_id=list_id)
            entry_id = importing.entry_id_of(session, by=by, at=at)
    except Conflict as changed:
        flash(_(changed.text, **changed.params), "warning")
        return redirect(url_for("people_admin.preview_list", list_id=list_id))
    return redirect(url_for("people_admin.imported", entry_id=entry_id))


@dataclass(frozen=True, slots=True)
class Sheet:
    """People of one invitation sheet, and their places among all who wait for one."""

    ids: tuple[UUID, ...]
    first: int
    last: int


def _sheets(waiting: tuple[UUID, ...]) -> list[Sheet]:
    most = invitations.AT_ONCE
    parts = [(start, waiting[start : start + most]) for start in range(0, len(waiting), most)]
    return [Sheet(ids, start + 1, start + len(ids)) for start, ids in parts]


@people_admin.get("/import/done/<uuid:entry_id>")
@needs(MANAGE.name)
def imported(entry_id: UUID) -> str:
    """What an import did, and the way to the invitations of those whom it added."""
    done = importing.get_done(reading(), entry_id)
    return render_template(
        "people/admin_imported.html",
        done=done,
        sheets=_sheets(done.waiting),
        waiting=len(done.waiting),
        back_url=url_for("people_admin.index"),
        import_url=url_for("people_admin.import_list"),
        act_url=url_for("people_admin.act"),
    )

"""Pages: parse, name the permission, call one use case, commit, render."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.clock import now
from lms.people.visitor import get_actor
from lms.web.access import needs
from lms.web.unit import reading, unit_of_work
from $package.forms import NoteForm
from $package.permissions import WRITE
from $package.service import add_note, count_completed, delete_note, list_notes

pages = Blueprint("$name", __name__, url_prefix="/$name")


@pages.get("")
@needs(WRITE.name)
def show() -> str:
    """My notes."""
    return _page(NoteForm())


@pages.post("")
@needs(WRITE.name)
def add() -> Response | tuple[str, int]:
    """Keep a note."""
    form = NoteForm()
    if not form.validate_on_submit():
        return _page(form), 422
    with unit_of_work() as session:
        add_note(session, form.text.data or "", by=get_actor(), at=now())
    flash(_("The note is kept."), "good")
    return redirect(url_for("$name.show"))


@pages.post("/<uuid:note_id>/delete")
@needs(WRITE.name)
def delete(note_id: UUID) -> Response:
    """Throw one of my notes away."""
    with unit_of_work() as session:
        delete_note(session, note_id, by=get_actor())
    return redirect(url_for("$name.show"))


def _page(form: NoteForm) -> str:
    session, person_id = reading(), get_actor().person_id
    return render_template(
        "$name/page.html",
        form=form,
        notes=list_notes(session, person_id),
        completed=count_completed(session, person_id),
    )

"""`/dev/components`: every macro of the pages on one page, in the demo only."""

from datetime import timedelta
from types import SimpleNamespace

from flask import Blueprint, render_template, request, url_for
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, PasswordField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired

from lms.clock import now
from lms.web.access import PUBLIC, needs

components = Blueprint("components", __name__)


class SampleForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """One field of each kind."""

    name = StringField("Name", [InputRequired()], description="As in the passport")
    password = PasswordField("Password", [InputRequired()])
    note = TextAreaField("Note")
    level = SelectField("Level", choices=[("first", "First"), ("second", "Second")])
    kind = RadioField("Kind", choices=[("lesson", "Lesson"), ("quiz", "Quiz")], default="lesson")
    agree = BooleanField("I agree")
    upload = FileField("Notebook")


def _step(title: str, state: str, **more: object) -> dict[str, object]:
    return {
        "title": title,
        "state": state,
        "url": request.path,
        "kind_label": "Assignment",
        "icon": "notebook-pen",
        "minutes": 40,
        "note": None,
        "points": None,
        "is_next": False,
        "label": None,
    } | more


@components.get("/dev/components")
@needs(PUBLIC)
def show() -> str:
    """The page; nothing on it does anything."""
    form = SampleForm()
    form.name.errors = ["Write a name."]
    steps = [
        _step("Why data", "done", kind_label="Lesson", icon="book-open", minutes=10),
        _step("Population", "needs_person", points="7 / 10"),
        _step("Forecast", "in_progress", note="due in 2 days", is_next=True),
        _step("Last", "todo", url=None),
    ]
    pager = SimpleNamespace(page=2, pages=7, url=lambda number: url_for("components.show", page=number))
    return render_template(
        "dev/components.html", demo_form=form, demo_steps=steps, pager=pager, now=now() + timedelta(days=2)
    )

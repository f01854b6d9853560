"""What people may send."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from $package.models import LONGEST


class NoteForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """One note."""

    text = TextAreaField(_l("Something to remember"), [DataRequired(), Length(max=LONGEST)])

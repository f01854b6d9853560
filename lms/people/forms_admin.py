"""Forms of the administration of people."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from lms.people.actor import Role
from lms.people.cohorts import CODE_LENGTH
from lms.people.names import LENGTH
from lms.people.roles import TITLES


def role_choices() -> list[tuple[str, str]]:
    """(value, text in the visitor's language)."""
    return [(role.value, gettext(TITLES[role])) for role in Role]


class AddPersonForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """One person by hand."""

    name = StringField(_l("First and last name"), [InputRequired(), Length(max=LENGTH)])
    role = SelectField(_l("Role"), choices=role_choices, default=Role.PARTICIPANT.value)
    cohort = StringField(_l("Cohort"), [Optional(), Length(max=CODE_LENGTH)])
    group = StringField(_l("Tutor group"), [Optional(), Length(max=LENGTH)])

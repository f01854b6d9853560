"""Forms of sign-in, invitations and one's own password."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from lms.people.passwords import MAX_LENGTH


class SignInForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Login and password."""

    login = StringField(_l("Login"), [InputRequired(), Length(max=255)])
    password = PasswordField(_l("Password"), [InputRequired(), Length(max=MAX_LENGTH)])


class WelcomeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A new password, twice; the login when there is none yet."""

    login = StringField(_l("Login"), [InputRequired(), Length(max=255)])
    password = PasswordField(_l("New password"), [InputRequired(), Length(max=MAX_LENGTH)])
    again = PasswordField(
        _l("The password once more"), [InputRequired(), EqualTo("password", _l("The two passwords differ."))]
    )


class OwnPasswordForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The present password, and a new one twice."""

    present = PasswordField(_l("Present password"), [InputRequired(), Length(max=MAX_LENGTH)])
    password = PasswordField(_l("New password"), [InputRequired(), Length(max=MAX_LENGTH)])
    again = PasswordField(
        _l("The password once more"), [InputRequired(), EqualTo("password", _l("The two passwords differ."))]
    )

"""Forms by which an administrator connects a platform."""

from collections.abc import Callable
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Optional

from lms.errors import LmsError
from lms.lti.consumers import outcome_host
from lms.lti.registrations import check_id, host_of, site


def text(field: Field) -> str:
    """What one field holds, without the blanks that copying leaves around it."""
    return (field.data or "").strip()


def lines(field: Field) -> list[str]:
    """What a text area holds, one thing a line."""
    return [line.strip() for line in (field.data or "").splitlines() if line.strip()]


def _keeps(rule: Callable[[str], object]) -> Callable[[Any, Field], None]:
    """A validator out of a rule that raises LmsError: the error is said at the field, for each of its lines."""

    def check(_form: Any, field: Field) -> None:
        for line in lines(field) if isinstance(field, TextAreaField) else [text(field)]:
            try:
                rule(line)
            except LmsError as error:
                raise ValidationError(gettext(error.text, **error.params)) from None

    return check


class PlatformAddressesForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """What may change at a platform by LTI 1.3. Issuer and client id may not: its people are known by them."""

    auth_url = StringField(_l("Authentication request URL"), [InputRequired(), _keeps(host_of)])
    token_url = StringField(_l("Access token URL"), [InputRequired(), _keeps(host_of)])
    jwks_url = StringField(_l("Public keyset URL"), [InputRequired(), _keeps(host_of)])
    origins = TextAreaField(_l("Further sites that may show us in a frame"), [Optional(), _keeps(site)])


class PlatformForm(PlatformAddressesForm):
    """A platform by LTI 1.3 that is new."""

    issuer = StringField(_l("Issuer (platform id)"), [InputRequired(), _keeps(check_id)])
    client_id = StringField(_l("Client id"), [InputRequired(), _keeps(check_id)])
    deployment_ids = TextAreaField(_l("Deployment ids"), [Optional(), _keeps(check_id)])


class ConsumerPlacesForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """What may change at a platform by LTI 1.1. The key may not: its people are known by it."""

    origins = TextAreaField(_l("Sites that may show us in a frame"), [Optional(), _keeps(site)])
    outcome_hosts = TextAreaField(_l("Intranet hosts that get results"), [Optional(), _keeps(outcome_host)])


class ConsumerForm(ConsumerPlacesForm):
    """A platform by LTI 1.1 that is new."""

    key = StringField(_l("Consumer key"), [InputRequired(), _keeps(check_id)])

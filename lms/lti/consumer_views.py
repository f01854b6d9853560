"""One platform by LTI 1.1: connecting it, its page, its secret, switching it off."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.clock import now
from lms.lti import consumers
from lms.lti.forms import ConsumerForm, ConsumerPlacesForm, lines, text
from lms.lti.models import Consumer
from lms.lti.permissions import MANAGE
from lms.people.visitor import get_actor, settings
from lms.web.access import needs
from lms.web.unit import reading, unit_of_work

lti_consumer = Blueprint("lti_consumer", __name__, url_prefix="/admin/platforms/consumers")


def launch_url() -> str:
    """What a platform by LTI 1.1 launches."""
    return f"{settings().tool_public_url}/lti/1.1/launch"


@lti_consumer.route("/new", methods=["GET", "POST"])
@needs(MANAGE.name)
def add() -> str | tuple[str, int]:
    """Connect one; the answer shows the secret. That of a key which is known is not told."""
    form = ConsumerForm()
    is_right = form.validate_on_submit()
    key = text(form.key)
    if is_right and consumers.find_consumer(reading(), key) is not None:
        form.key.errors = [_("This key is taken. Choose another one.")]
        is_right = False
    if not is_right:
        return _form_page(form, None)
    with unit_of_work() as session:
        secret = consumers.add_consumer(
            session,
            key,
            origins=lines(form.origins),
            outcome_hosts=lines(form.outcome_hosts),
            by=get_actor(),
            at=now(),
        )
    return _secret_page(consumers.find_consumer(reading(), key), secret)


@lti_consumer.get("/<uuid:consumer_id>")
@needs(MANAGE.name)
def show(consumer_id: UUID) -> str:
    """What is known of it, and what it must know of us."""
    row = consumers.get_consumer(reading(), consumer_id)
    return render_template("lti/consumer.html", consumer=row, launch_url=launch_url())


@lti_consumer.route("/<uuid:consumer_id>/edit", methods=["GET", "POST"])
@needs(MANAGE.name)
def edit(consumer_id: UUID) -> Response | str | tuple[str, int]:
    """Change where it may show us, and where results may go."""
    row = consumers.get_consumer(reading(), consumer_id)
    form = ConsumerPlacesForm(origins="\n".join(row.origins), outcome_hosts="\n".join(row.trusted_hosts))
    if not form.validate_on_submit():
        return _form_page(form, row)
    with unit_of_work() as session:
        consumers.change_consumer(
            session,
            row.id,
            origins=lines(form.origins),
            outcome_hosts=lines(form.outcome_hosts),
            by=get_actor(),
            at=now(),
        )
    return _back(row.id, _("Saved."))


@lti_consumer.post("/<uuid:consumer_id>/state")
@needs(MANAGE.name)
def switch(consumer_id: UUID) -> Response:
    """`to`: on; anything else is off, which is the safer one."""
    on = request.form.get("to") == "on"
    with unit_of_work() as session:
        consumers.switch_consumer(session, consumer_id, on=on, by=get_actor(), at=now())
    return _back(consumer_id, _("People may launch from it now.") if on else _("Switched off."))


@lti_consumer.post("/<uuid:consumer_id>/secret")
@needs(MANAGE.name)
def rotate_secret(consumer_id: UUID) -> str:
    """A new secret in the place of the old one; the answer shows it."""
    with unit_of_work() as session:
        secret = consumers.rotate_secret(session, consumer_id, by=get_actor(), at=now())
    return _secret_page(consumers.get_consumer(reading(), consumer_id), secret)


def _secret_page(row: Consumer | None, secret: str) -> str:
    return render_template("lti/secret.html", consumer=row, secret=secret, launch_url=launch_url())


def _form_page(form: ConsumerPlacesForm, row: Consumer | None) -> str | tuple[str, int]:
    page = render_template("lti/consumer_form.html", form=form, consumer=row)
    return (page, 422) if form.is_submitted() else page


def _back(consumer_id: UUID, words: str) -> Response:
    flash(words, "success")
    return redirect(url_for("lti_consumer.show", consumer_id=consumer_id))

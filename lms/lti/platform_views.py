"""One platform by LTI 1.3: connecting it, its page, its addresses, switching it off."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.clock import now
from lms.lti import registrations
from lms.lti.forms import PlatformAddressesForm, PlatformForm, lines, text
from lms.lti.models import Registration
from lms.lti.permissions import MANAGE
from lms.lti.registrations import PlatformDetails
from lms.people.visitor import get_actor, settings
from lms.web.access import needs
from lms.web.unit import reading, unit_of_work

lti_platform = Blueprint("lti_platform", __name__, url_prefix="/admin/platforms")


def addresses() -> list[tuple[str, str]]:
    """What to type into a platform by LTI 1.3: (label, address)."""
    base = settings().tool_public_url
    return [
        (_("Login URL"), f"{base}/lti/login"),
        (_("Redirect and target URL"), f"{base}/lti/launch"),
        (_("Public keys (JWKS)"), f"{base}/lti/jwks.json"),
    ]


@lti_platform.route("/new", methods=["GET", "POST"])
@needs(MANAGE.name)
def add() -> Response | str | tuple[str, int]:
    """Connect one by what its administration page shows. One that is known is changed on its own page."""
    form = PlatformForm()
    is_right = form.validate_on_submit()
    issuer, client_id = text(form.issuer), text(form.client_id)
    if is_right and registrations.find_platform(reading(), issuer, client_id) is not None:
        form.client_id.errors = [_("This client id of this issuer is connected already: change it on its page.")]
        is_right = False
    if not is_right:
        return _form_page(form, None)
    with unit_of_work() as session:
        row = registrations.add_platform(
            session,
            _details(form, issuer, client_id),
            lines(form.deployment_ids),
            origins=lines(form.origins),
            by=get_actor(),
            at=now(),
        )
    return _back(row.id, _("The platform is connected."))


@lti_platform.get("/<uuid:registration_id>")
@needs(MANAGE.name)
def show(registration_id: UUID) -> str:
    """What is known of it, what it must know of us, and its deployments."""
    session = reading()
    row = registrations.get_registration(session, registration_id)
    return render_template(
        "lti/platform.html",
        platform=row,
        deployments=registrations.list_deployments(session, row.id),
        addresses=addresses(),
    )


@lti_platform.route("/<uuid:registration_id>/edit", methods=["GET", "POST"])
@needs(MANAGE.name)
def edit(registration_id: UUID) -> Response | str | tuple[str, int]:
    """Change its addresses."""
    row = registrations.get_registration(reading(), registration_id)
    own = registrations.site(row.auth_url)
    form = PlatformAddressesForm(
        auth_url=row.auth_url,
        token_url=row.token_url,
        jwks_url=row.jwks_url,
        origins="\n".join(one for one in row.origins if one != own),
    )
    if not form.validate_on_submit():
        return _form_page(form, row)
    with unit_of_work() as session:
        registrations.change_platform(
            session,
            row.id,
            _details(form, row.issuer, row.client_id),
            origins=lines(form.origins),
            by=get_actor(),
            at=now(),
        )
    return _back(row.id, _("Saved."))


@lti_platform.post("/<uuid:registration_id>/state")
@needs(MANAGE.name)
def switch(registration_id: UUID) -> Response:
    """`to`: on; anything else is off, which is the safer one."""
    on = request.form.get("to") == "on"
    with unit_of_work() as session:
        registrations.switch_platform(session, registration_id, on=on, by=get_actor(), at=now())
    return _back(registration_id, _("People may launch from it now.") if on else _("Switched off."))


def _details(form: PlatformAddressesForm, issuer: str, client_id: str) -> PlatformDetails:
    return PlatformDetails(issuer, client_id, text(form.auth_url), text(form.token_url), text(form.jwks_url))


def _form_page(form: PlatformAddressesForm, row: Registration | None) -> str | tuple[str, int]:
    page = render_template("lti/platform_form.html", form=form, platform=row)
    return (page, 422) if form.is_submitted() else page


def _back(registration_id: UUID, words: str) -> Response:
    flash(words, "success")
    return redirect(url_for("lti_platform.show", registration_id=registration_id))

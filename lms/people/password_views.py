"""One's own password, on the account page."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.clock import now
from lms.errors import Invalid
from lms.people import invitations, own_password, passwords, sessions
from lms.people.forms import OwnPasswordForm
from lms.people.passwords import NewPassword
from lms.people.sign_in import make_claim, prove
from lms.people.views import people, show_account
from lms.people.visitor import carried_token, get_actor, remember, settings
from lms.web.access import SIGNED_IN, needs
from lms.web.unit import reading, unit_of_work


@people.post("/account/password")
@needs(SIGNED_IN)
def change_password() -> Response | tuple[str, int]:
    """Set another password; this browser stays signed in, every other one does not."""
    form = OwnPasswordForm()
    if not form.validate_on_submit():
        return show_account(form), 422
    present = form.present.data or ""
    try:
        chosen = passwords.choose(form.password.data or "")
        own_password.must_differ(present, chosen)
        cookie = _change(present, chosen)
    except Invalid as refusal:
        form.password.errors = [_(refusal.text, **refusal.params)]
        return show_account(form), refusal.status
    if cookie is None:
        form.present.errors = [_("This is not your present password.")]
        return show_account(form), 422
    flash(_("The password is changed. Every other browser is signed out."), "success")
    return remember(redirect(url_for("people.account")), cookie)


def _change(present: str, chosen: NewPassword) -> str | None:
    """The cookie of this browser's new session, None for a wrong password. While that is compared, no transaction is open."""
    person_id = get_actor().person_id
    login = invitations.find_login(reading(), person_id) or ""
    with unit_of_work() as session:
        claim = make_claim(session, login, secret=settings().secret(), address=request.remote_addr or "", at=now())
    proof = prove(claim, present)
    if proof is None:
        return None
    with unit_of_work() as session:
        own_password.change_password(session, proof, chosen, by=person_id, at=now())
        return sessions.open_session(
            session,
            person_id,
            at=now(),
            days=settings().session_days,
            account_id=proof.account_id,
            browser=request.user_agent.string,
            replaces=carried_token(),
        )

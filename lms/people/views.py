"""Sign-in, sign-out, one-use links, one's own account."""

from uuid import UUID

from babel.dates import format_datetime, get_timezone
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.clock import now
from lms.errors import Conflict, Invalid
from lms.people import invitations, passwords, sessions
from lms.people.accounts import get_person
from lms.people.forms import OwnPasswordForm, SignInForm, WelcomeForm
from lms.people.sign_in import accept, make_claim, prove
from lms.people.visitor import carried_token, forget, get_actor, remember, settings
from lms.people.zones import choose_zone, zones_beside
from lms.web.access import PUBLIC, SIGNED_IN, find_visitor, needs
from lms.web.locale import local_path
from lms.web.unit import reading, unit_of_work

people = Blueprint("people", __name__)


@people.route("/sign-in", methods=["GET", "POST"])
@needs(PUBLIC)
def sign_in() -> Response | str | tuple[str, int]:
    """Login and password."""
    target = local_path(request.values.get("next", "/"))
    if request.method == "GET" and find_visitor() is not None:
        return redirect(target)
    form = SignInForm()
    if not form.validate_on_submit():
        return render_template("people/sign_in.html", form=form, next=target)
    token = _open(login=form.login.data or "", password=form.password.data or "")
    if token is None:
        form.password.errors = [_("Login and password do not match.")]
        return render_template("people/sign_in.html", form=form, next=target), 422
    return remember(redirect(target), token)


def _open(*, login: str, password: str) -> str | None:
    """The cookie of a new session, None for a wrong password. While that is compared, no transaction is open."""
    with unit_of_work() as session:
        claim = make_claim(session, login, secret=settings().secret(), address=request.remote_addr or "", at=now())
    proof = prove(claim, password)
    if proof is None:
        return None
    with unit_of_work() as session:
        account = accept(session, proof, at=now())
        if account is None:
            return None
        return sessions.open_session(
            session,
            account.person_id,
            at=now(),
            days=settings().session_days,
            account_id=account.id,
            browser=request.user_agent.string,
            replaces=carried_token(),
        )


@people.post("/sign-out")
@needs(SIGNED_IN)
def sign_out() -> Response:
    """End this browser's session."""
    actor = get_actor()
    with unit_of_work() as session:
        if actor.session_id is not None:
            sessions.end_session(session, actor.session_id, person_id=actor.person_id, at=now())
    return forget(redirect(url_for("people.sign_in")))


@people.post("/account/sign-out-everywhere")
@needs(SIGNED_IN)
def sign_out_everywhere() -> Response:
    """End every session of this person."""
    with unit_of_work() as session:
        sessions.end_all_sessions(session, get_actor().person_id, at=now())
    return forget(redirect(url_for("people.sign_in")))


@people.post("/account/sessions/<uuid:session_id>/end")
@needs(SIGNED_IN)
def end_session(session_id: UUID) -> Response:
    """Sign another browser of this person out."""
    with unit_of_work() as session:
        sessions.end_session(session, session_id, person_id=get_actor().person_id, at=now())
    flash(_("That browser is signed out."))
    return redirect(url_for("people.account"))


@people.get("/account")
@needs(SIGNED_IN)
def account() -> str:
    """Who I am here, and where I am signed in."""
    return show_account(OwnPasswordForm())


def show_account(form: OwnPasswordForm) -> str:
    """The page, with what is wrong in the form for another password."""
    actor = get_actor()
    session = reading()
    return render_template(
        "people/account.html",
        person=get_person(session, actor.person_id),
        login=invitations.find_login(session, actor.person_id),
        form=form if invitations.has_password(session, actor.person_id) else None,
        sessions=sessions.list_sessions(session, actor.person_id, at=now()),
        current_session_id=actor.session_id,
        zone=actor.zone or "",
        zone_options=_zone_options(),
    )


def _zone_options() -> list[tuple[str, str]]:
    """(value, city and the time there) of every zone to choose; the programme's own is the empty one."""
    at, own, locale = now(), settings().timezone, get_locale()

    def text(zone: str) -> str:
        return str(format_datetime(at, "VVV '·' HH:mm", tzinfo=get_timezone(zone), locale=locale))

    others = [(zone, text(zone)) for zone in zones_beside(own, at=at) if zone != own]
    return [("", _("As in the programme: %(zone)s", zone=text(own))), *others]


@people.post("/account/zone")
@needs(SIGNED_IN)
def set_zone() -> Response:
    """The time zone in which this person sees dates."""
    zone, programme = request.form.get("zone", ""), settings().timezone
    with unit_of_work() as session:
        choose_zone(session, get_actor().person_id, zone, programme=programme, at=now())
    flash(_("Saved."), "success")
    return redirect(url_for("people.account"))


@people.route("/welcome/<token>", methods=["GET", "POST"])
@needs(PUBLIC)
def welcome(token: str) -> Response | str | tuple[str, int]:
    """Spend a one-use link: set login and password, and be signed in."""
    session = reading()
    link = invitations.get_link(session, token, at=now())
    known_login = invitations.find_login(session, link.person_id)
    person = get_person(session, link.person_id)
    form = WelcomeForm(login=known_login or "")
    if link.purpose == "invite":
        form.password.label.text = _("Password")
    context = {"form": form, "person": person, "purpose": link.purpose, "known_login": known_login}
    if not form.validate_on_submit():
        return render_template("people/invitation.html", **context)
    try:
        cookie = _come_in(token, login=form.login.data or "", password=form.password.data or "")
    except (Conflict, Invalid) as refusal:
        wrong = form.login if isinstance(refusal, Conflict) else form.password
        wrong.errors = [_(refusal.text, **refusal.params)]
        return render_template("people/invitation.html", **context), refusal.status
    return remember(redirect("/"), cookie)


def _come_in(token: str, *, login: str, password: str) -> str:
    chosen = passwords.choose(password)
    with unit_of_work() as session:
        person = invitations.use_link(session, token, login=login, password=chosen, at=now())
        return sessions.open_session(
            session,
            person.id,
            at=now(),
            days=settings().session_days,
            browser=request.user_agent.string,
            replaces=carried_token(),
        )

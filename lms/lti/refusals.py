"""A launch that we refuse, as a page: one sentence, the way back, and an error id that is also in the log.

What exactly was wrong is for the log, and for an administrator who stands before the page; nobody else can do anything
with it.
"""

import secrets

import structlog
from flask import Blueprint, Response, g, make_response, render_template, request
from flask_babel import force_locale, gettext

from lms.errors import LmsError
from lms.lti.errors import RefusedLaunch
from lms.lti.permissions import MANAGE
from lms.lti.way_back import WayBack
from lms.web.access import find_visitor
from lms.web.cookies import read_cookie
from lms.web.errors import render_refusal, wants_json
from lms.web.locale import LOCALES

log = structlog.get_logger(__name__)


def init_refusals(blueprint: Blueprint) -> None:
    """Refusals of this blueprint's views become this page."""
    blueprint.register_error_handler(LmsError, _refused)


def remember_way_back(way: WayBack | None) -> None:
    """From here on a refusal of this request leads there. None: what was known before stays."""
    if way is not None:
        g.lti_way_back = way


def _refused(error: LmsError) -> Response:
    detail = error.detail if isinstance(error, RefusedLaunch) else ""
    g.error_id = secrets.token_hex(4)
    log.warning(
        "refused",
        code=error.code,
        status=error.status,
        error_id=g.error_id,
        detail=error.text,
        reason=detail,
        endpoint=request.endpoint,
    )
    if wants_json():
        return render_refusal(error.code, gettext(error.text, **error.params), error.status)
    way: WayBack | None = g.get("lti_way_back")
    g.locale = _locale(way)
    with force_locale(g.locale):
        page = render_template(
            "lti/refused.html",
            nav=[],
            sentence=gettext(error.text, **error.params),
            error_id=g.error_id,
            way_back=way,
            detail=detail if _is_administrator() else "",
        )
    return make_response(page, error.status)


def _locale(way: WayBack | None) -> str:
    """The language that the platform speaks to a newcomer; who chose one here keeps it."""
    spoken = way.locale[:2].lower() if way is not None else ""
    if spoken in LOCALES and not read_cookie("locale") and find_visitor() is None:
        return spoken
    return str(g.locale)


def _is_administrator() -> bool:
    visitor = find_visitor()
    return visitor is not None and visitor.may(MANAGE.name)

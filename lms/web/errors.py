"""The one place where a refusal becomes a page or problem+json (RFC 9457), with an id that is also in the log."""

import secrets
from contextlib import suppress
from typing import cast

import structlog
from flask import Flask, Response, g, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, SQLAlchemyError
from werkzeug.exceptions import HTTPException, InternalServerError

from lms.errors import N_, STATUS, ErrorCode, LmsError, NotFound, SignInNeeded
from lms.web.access import ask_no_more
from lms.web.outage import is_outage
from lms.web.unit import reading

log = structlog.get_logger(__name__)

_HTTP: dict[int, tuple[ErrorCode, str]] = {
    400: (ErrorCode.BAD_REQUEST, N_("The request could not be understood. Go back, reload the page and try again.")),
    405: (ErrorCode.METHOD_NOT_ALLOWED, N_("This address does not answer to that kind of request.")),
    413: (ErrorCode.TOO_LARGE, N_("The file is too big. Send a smaller one.")),
    415: (ErrorCode.BAD_REQUEST, N_("This kind of content is not accepted here.")),
    429: (ErrorCode.TOO_MANY, N_("Too many tries. Wait a minute and try again.")),
}
_INTERNAL = N_("Something broke on our side. Nothing of yours is lost; tell us the error id and try again.")
_AWAY = N_(
    "The site cannot work right now: its database does not answer. What was saved is safe; try again in a minute."
)
AGAIN_SECONDS = 30
_CSRF = N_("The page was open for too long. Reload it and try again.")
_MISSING = NotFound().text


def init_errors(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(LmsError, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DataError, _unkept)
    app.register_error_handler(Exception, _broken)


def wants_json() -> bool:
    """Whether the answer is for a program."""
    if request.path.startswith(("/api/", "/oauth/token", "/oauth/userinfo")):
        return True
    accept = request.accept_mimetypes
    return accept["application/json"] > accept["text/html"]


def render_refusal(code: ErrorCode, sentence: str, status: int) -> Response:
    """The answer that says so, for a person or a program."""
    error_id = g.setdefault("error_id", secrets.token_hex(4))
    if wants_json():
        answer = jsonify(type="about:blank", title=sentence, status=status, code=code, error_id=error_id)
        answer.mimetype = "application/problem+json"
        answer.status_code = status
        return answer
    page = render_template("errors/error.html", code=code, sentence=sentence, status=status, error_id=error_id)
    return make_response(page, status)


def _render_outage(error: BaseException) -> Response:
    """503 for a person or a program. It is logged without a traceback, which would say the same at every request until
    somebody mends it.
    """
    _settle()
    g.error_id = secrets.token_hex(4)
    reason = str(getattr(error, "orig", error)).partition("\n")[0]
    log.error("database_away", error_id=g.error_id, endpoint=request.endpoint, reason=reason)
    answer = render_refusal(ErrorCode.UNAVAILABLE, gettext(_AWAY), STATUS[ErrorCode.UNAVAILABLE])
    answer.headers["Retry-After"] = str(AGAIN_SECONDS)
    return answer


def _settle() -> None:
    """Before a page about something that broke: its transaction is over, and what broke may be the frame of every page."""
    ask_no_more()
    with suppress(SQLAlchemyError):
        reading().rollback()


def _log(code: ErrorCode, status: int, detail: str) -> None:
    g.error_id = secrets.token_hex(4)
    log.warning("refused", code=code, status=status, error_id=g.error_id, detail=detail, endpoint=request.endpoint)


def _refused(error: LmsError) -> Response:
    if isinstance(error, SignInNeeded) and request.method == "GET" and not wants_json():
        return cast(Response, redirect(url_for("people.sign_in", next=request.full_path.rstrip("?"))))
    _log(error.code, error.status, error.text)
    answer = render_refusal(error.code, gettext(error.text, **error.params), error.status)
    if error.code is ErrorCode.UNAVAILABLE:
        answer.headers["Retry-After"] = str(AGAIN_SECONDS)
    return answer


def _http(error: HTTPException) -> Response:
    if error.code is not None and error.code < 400:
        return cast(Response, error.get_response())
    if isinstance(error, InternalServerError):  # a page about another error could not be made
        return _broken(error.original_exception or error)
    status = error.code or 500
    code, text = _HTTP.get(status, (ErrorCode.NOT_FOUND, _MISSING) if status == 404 else _HTTP[400])
    if isinstance(error, CSRFError):
        text = _CSRF
    _log(code, status, error.name)
    answer = render_refusal(code, gettext(text), status)
    if status == 405:
        answer.headers.update({k: v for k, v in error.get_headers() if k == "Allow"})
    return answer


def _unkept(error: DataError) -> Response:
    """PostgreSQL keeps no NUL, no number past its bounds; no honest form has them."""
    _settle()
    code, text = _HTTP[400]
    _log(code, 400, type(error.orig).__name__)
    return render_refusal(code, gettext(text), 400)


def _broken(error: BaseException) -> Response:
    if is_outage(error):
        return _render_outage(error)
    _settle()
    g.error_id = secrets.token_hex(4)
    log.error("broken", error_id=g.error_id, endpoint=request.endpoint, exc_info=error)
    return render_refusal(ErrorCode.INTERNAL, gettext(_INTERNAL), STATUS[ErrorCode.INTERNAL])

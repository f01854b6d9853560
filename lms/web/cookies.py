"""Our cookies: host-only, unreadable for scripts, and alive inside a platform's frame where the browser allows it."""

from typing import Literal, TypedDict, cast
from urllib.parse import urlsplit

from flask import Flask, current_app, request
from werkzeug.wrappers import Response

FORM_COOKIE = "lms_form"
"""Flask's own session: the token of forms, and messages to be shown once."""
TRUSTWORTHY = ("localhost", "127.0.0.1", "::1")


class CookieFlags(TypedDict):
    """Arguments of `set_cookie`."""

    secure: bool
    samesite: Literal["None", "Lax"]
    partitioned: bool


def init_cookies(app: Flask, public_url: str) -> CookieFlags:
    """https and *.localhost are trustworthy origins: there a cookie may live in another site's frame (CHIPS)."""
    parts = urlsplit(public_url)
    host = parts.hostname or ""
    trusted = parts.scheme == "https" or host in TRUSTWORTHY or host.endswith(".localhost")
    flags: CookieFlags = {"secure": trusted, "samesite": "None" if trusted else "Lax", "partitioned": trusted}
    app.extensions["lms.cookie_flags"] = flags
    app.extensions["lms.cookie_prefix"] = "__Host-" if parts.scheme == "https" else ""
    app.config["SESSION_COOKIE_NAME"] = app.extensions["lms.cookie_prefix"] + FORM_COOKIE
    return flags


def full_name(name: str) -> str:
    """The name as browsers know it. `__Host-` (RFC 6265bis, 4.1.3): a page of a neighbouring host, such as the hub that
    runs participants' code, cannot set a cookie of this name for us. Browsers take it over https alone.
    """
    return cast(str, current_app.extensions["lms.cookie_prefix"]) + name


def read_cookie(name: str, otherwise: str = "") -> str:
    """What this browser brought."""
    return request.cookies.get(full_name(name), otherwise)


def set_cookie(answer: Response, name: str, value: str, *, max_age: int) -> None:
    """`max_age` in seconds."""
    flags = cast(CookieFlags, current_app.extensions["lms.cookie_flags"])
    answer.set_cookie(full_name(name), value, max_age=max_age, httponly=True, path="/", **flags)


def delete_cookie(answer: Response, name: str) -> None:
    """Make the browser forget it; the flags must be those with which it was set."""
    flags = cast(CookieFlags, current_app.extensions["lms.cookie_flags"])
    answer.delete_cookie(full_name(name), path="/", httponly=True, **flags)

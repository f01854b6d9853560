"""Our cookies: host-only, unreadable for scripts, and alive inside a platform's frame where the browser allows it."""

from typing import Literal, TypedDict, cast
from urllib.parse import urlsplit

from flask import Flask, current_app
from werkzeug.wrappers import Response

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
    return flags


def set_cookie(answer: Response, name: str, value: str, *, max_age: int) -> None:
    """`max_age` in seconds."""
    flags = cast(CookieFlags, current_app.extensions["lms.cookie_flags"])
    answer.set_cookie(name, value, max_age=max_age, httponly=True, path="/", **flags)


def delete_cookie(answer: Response, name: str) -> None:
    """Make the browser forget it; the flags must be those with which it was set."""
    flags = cast(CookieFlags, current_app.extensions["lms.cookie_flags"])
    answer.delete_cookie(name, path="/", httponly=True, **flags)

"""What a request may bring: forms to pages, a header that can be read."""

from flask import Flask, abort, request
from werkzeug.datastructures import Authorization

APIS = ("/api/", "/oauth/", "/lti/")
"""Addresses that programs call and that judge a body themselves."""


def init_bodies(app: Flask) -> None:
    """Refuse JSON sent to a page: the form library would take its values, of any type, for fields (415)."""
    app.before_request(_forms_only)


def _forms_only() -> None:
    if request.is_json and not request.path.startswith(APIS):
        abort(415)


def authorization() -> Authorization | None:
    """The Authorization header; None also for one that is no such thing, for which the library raises ValueError."""
    try:
        return request.authorization
    except ValueError:
        return None

"""What every page and endpoint of the school shares: its configuration, its clock, who is signed in, its headers."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from flask import Flask, Response, current_app, g, request, session

from lms_demo_platform.config import SchoolConfig
from lms_demo_platform.school import SchoolPerson, find_person
from lms_demo_platform.store import Sessions


@dataclass(frozen=True, slots=True)
class School:
    """What every view needs."""

    config: SchoolConfig
    sessions: Sessions


def school() -> School:
    """The school of this application."""
    return cast(School, current_app.extensions["school"])


def now() -> datetime:
    return datetime.now(UTC)


def signed_in() -> SchoolPerson | None:
    """Who is signed in to the school in this browser."""
    return find_person(str(session.get("person", "")))


def nonce() -> str:
    """The nonce of this answer's own scripts."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def init_headers(app: Flask) -> None:
    """Our pages are framed by ourselves alone, frame the tool alone, and post to it and to ourselves."""
    app.context_processor(lambda: {"nonce": nonce, "person": signed_in()})
    app.after_request(_secure)


def _secure(answer: Response) -> Response:
    tool = school().config.tool_public_url
    answer.headers["Content-Security-Policy"] = "; ".join(
        [
            "default-src 'none'",
            f"script-src 'nonce-{nonce()}'",
            "style-src 'self'",
            "img-src 'self' data:",
            f"frame-src 'self' {tool}",
            f"form-action 'self' {tool}",
            "base-uri 'none'",
            "frame-ancestors 'self'",
        ]
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    if request.endpoint != "static":
        answer.headers["Cache-Control"] = "no-store"
    return answer

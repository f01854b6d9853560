"""Security headers of every answer. Nothing is loaded from another host; nothing inline runs without a nonce."""

import secrets
from collections.abc import Callable
from typing import cast

from flask import Flask, Response, current_app, g, request

FrameAncestors = Callable[[], list[str]]


def init_headers(app: Flask) -> None:
    """Add the headers. Other rooms may name the sites that may frame us, or loosen the policy of one answer."""
    app.extensions["lms.frame_ancestors"] = []
    app.extensions["lms.frame_sources"] = []
    app.after_request(_secure)
    app.context_processor(lambda: {"csp_nonce": nonce, "is_framed": is_framed})


def allow_framing(app: Flask, ancestors: FrameAncestors) -> None:
    """Sites (origins) that may show our pages in a frame, asked for at every answer."""
    cast(list[FrameAncestors], app.extensions["lms.frame_ancestors"]).append(ancestors)


def is_framed() -> bool:
    """Whether another page shows this one in a frame (Fetch Metadata, which browsers send to trustworthy origins)."""
    return request.headers.get("Sec-Fetch-Dest") in ("iframe", "frame")


def allow_form_target(origin: str) -> None:
    """Let a form of this answer be sent to another site (a signed message back to a platform)."""
    g.form_targets = [*g.get("form_targets", []), origin]


def nonce() -> str:
    """The nonce of this answer's own scripts."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return cast(str, g.csp_nonce)


def _secure(answer: Response) -> Response:
    sources = cast(list[FrameAncestors], current_app.extensions["lms.frame_ancestors"])
    ancestors = sorted({origin for source in sources for origin in source()}) if answer.mimetype == "text/html" else []
    targets = " ".join(["'self'", *g.get("form_targets", [])])
    answer.headers.setdefault(
        "Content-Security-Policy",
        "; ".join(
            [
                "default-src 'none'",
                f"script-src 'self' 'nonce-{nonce()}'",
                "style-src 'self'",
                "img-src 'self' data:",
                "font-src 'self'",
                "connect-src 'self'",
                "frame-src 'self'",
                "manifest-src 'self'",
                "base-uri 'none'",
                f"form-action {targets}",
                f"frame-ancestors {' '.join(['' + a for a in ancestors]) or chr(39) + 'none' + chr(39)}",
            ]
        ),
    )
    answer.headers.setdefault("X-Content-Type-Options", "nosniff")
    answer.headers.setdefault("Referrer-Policy", "same-origin")
    answer.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin-allow-popups")
    answer.headers.setdefault("Permissions-Policy", "camera=(self), microphone=(), geolocation=()")
    if request.is_secure:
        answer.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint is None or request.endpoint.rpartition(".")[2] != "static":
        answer.headers.setdefault("Cache-Control", "no-store, private")
    return answer

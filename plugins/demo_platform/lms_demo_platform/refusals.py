"""A request that the school refuses, as the protocol in question says it."""

from flask import Blueprint, Response, jsonify, render_template, request

bp = Blueprint("refusals", __name__)


class Refusal(Exception):
    """`status` is HTTP's, `error` a short code (RFC 6749, 5.2 for the token endpoint), `detail` one sentence."""

    def __init__(self, status: int, error: str, detail: str = "") -> None:
        super().__init__(detail or error)
        self.status, self.error, self.detail = status, error, detail


@bp.app_errorhandler(Refusal)
def show(refusal: Refusal) -> tuple[Response | str, int]:
    """A page for people, JSON for the tool."""
    if request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html":
        return render_template("school/refusal.html", refusal=refusal), refusal.status
    return jsonify(error=refusal.error, error_description=refusal.detail), refusal.status

"""A small tool for tests of the hub alone: signs people in by a link, speaks the OAuth and notebook contracts of
docs/notebooks.md, keeps everything in memory. `python toy_tool.py PORT` with the settings in the environment.
"""

import base64
import hashlib
import hmac
import secrets
import sys
from urllib.parse import urlencode

import nbformat
from flask import Flask, Response, abort, jsonify, redirect, request, session
from flask.typing import ResponseReturnValue

from lms.notebooks.hub.secrets import CLIENT_ID, oauth_client_secret
from lms.notebooks.hub_api import HubApi
from lms.settings import Settings

NOTEBOOK = "population.ipynb"
CALLBACK = "/hub/oauth_callback"


def create_toy(settings: Settings) -> Flask:  # noqa: C901, PLR0915 -- a list of small views
    """The application; people are whoever the link names, `en…` people read English."""
    app = Flask(__name__)
    app.secret_key = settings.secret()
    codes: dict[str, tuple[str, str]] = {}
    tokens: dict[str, str] = {}
    taken: dict[str, list[bytes]] = {}

    @app.get("/sign-in/<name>")
    def sign_in(name: str) -> str:
        session["name"] = name
        return f"signed in as {name}"

    @app.get("/oauth/authorize")
    def authorize() -> ResponseReturnValue:
        args = request.args
        redirect_uri = settings.hub_public_url + CALLBACK
        if args["client_id"] != CLIENT_ID or args["redirect_uri"] != redirect_uri or "name" not in session:
            abort(403)
        code = secrets.token_urlsafe(16)
        codes[code] = (session["name"], args["code_challenge"])
        return redirect(f"{redirect_uri}?{urlencode({'code': code, 'state': args['state']})}")

    @app.post("/oauth/token")
    def token() -> ResponseReturnValue:
        given = request.authorization.password if request.authorization else None
        if not hmac.compare_digest(given or "", oauth_client_secret(settings)):
            abort(401)
        name, challenge = codes.pop(request.form["code"])
        digest = hashlib.sha256(request.form["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != challenge:
            abort(400)
        access = secrets.token_urlsafe(16)
        tokens[access] = name
        return jsonify(access_token=access, token_type="Bearer", expires_in=60)

    @app.get("/oauth/userinfo")
    def userinfo() -> Response:
        return jsonify(sub=tokens.pop(request.headers["Authorization"].split()[1]))

    def caller() -> str:
        name = HubApi(settings).who_is(request.headers["Authorization"].split()[1])
        if name is None:
            abort(401)
        return name

    @app.get("/api/notebooks/assignments")
    def assignments() -> Response:
        row = {"course": "data", "title": "Население", "notebooks": [NOTEBOOK]}
        rows = [row | {"assignment": "population", "open": True}, row | {"assignment": "closed", "open": False}]
        return jsonify(locale="en" if caller().startswith("en") else "ru", assignments=rows)

    @app.get("/api/notebooks/assignments/data/<assignment>/files")
    def files(assignment: str) -> Response:
        caller()
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("answer = 0", id="answer")])
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        content = base64.b64encode(nbformat.writes(notebook).encode()).decode()
        return jsonify(files=[{"path": NOTEBOOK, "content": content}])

    def row(number: int) -> dict[str, object]:
        at = f"2026-09-01T10:00:0{number}+00:00"
        return {"number": number, "submitted_at": at, "state": "waiting", "message": "Проверяем…", "url": None}

    @app.post("/api/notebooks/assignments/data/<assignment>/submissions")
    def submit(assignment: str) -> ResponseReturnValue:
        name = caller()
        if assignment == "closed":
            return jsonify(title="conflict", detail="Приём работ закрыт."), 409
        mine = taken.setdefault(name, [])
        content = request.get_data()
        if content not in mine:
            mine.append(content)
        message = "Sent. We are checking it…" if name.startswith("en") else "Отправлено. Проверяем…"
        return jsonify(row(mine.index(content) + 1) | {"message": message})

    @app.get("/api/notebooks/assignments/data/<assignment>/submissions")
    def submissions(assignment: str) -> Response:
        count = len(taken.get(caller(), [])) if assignment == "population" else 0
        rows = [row(number) for number in range(1, count + 1)]
        return jsonify(submissions=rows)

    @app.get("/test/taken/<name>")
    def test_taken(name: str) -> Response:
        return jsonify([content.decode() for content in taken.get(name, [])])

    return app


if __name__ == "__main__":
    create_toy(Settings()).run("127.0.0.1", int(sys.argv[1]), threaded=True)

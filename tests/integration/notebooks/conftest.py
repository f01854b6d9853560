"""A hub that knows tokens, as the tool sees one, and a person with a course."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from lms.clock import now
from lms.courses import service as courses
from lms.people.actor import Role
from lms.settings import Settings
from tests.factories import notebooks as nb
from tests.factories.courses import write_course
from tests.factories.people import make_person


class TokenHub:
    """The hub as the tool's client needs it; tests/e2e/hub/test_life.py holds the real one to the same answers.

    `users` maps a token to a user name, `started` lists whose servers were asked for, `forgotten` who was deleted, `signed_out` who was signed out, `busy`: it can't start any now.
    """

    def __init__(self) -> None:
        self.users: dict[str, str] = {}
        self.started: list[str] = []
        self.forgotten: list[str] = []
        self.signed_out: list[str] = []
        self.busy = False
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name = hub.users.get(self.headers["Authorization"].removeprefix("token "))
                body = json.dumps({"name": name} if name else {"status": 403, "message": "Forbidden"})
                self._answer(200 if name or self.path == "/hub/api" else 403, body)

            def do_POST(self) -> None:
                if self.path.endswith("/sign-out"):
                    hub.signed_out.append(self.path.split("/")[-2])
                    self._answer(204, "")
                    return
                _, _, _, _, name, *rest = self.path.split("/")
                if not rest:
                    self._answer(201, "{}")
                elif hub.busy:
                    self._answer(429, "{}")
                else:
                    hub.started.append(name)
                    self._answer(202, "{}")

            def do_DELETE(self) -> None:
                hub.forgotten.append(self.path.rpartition("/")[2])
                self._answer(204, "")

            def _answer(self, status: int, body: str) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *args: object) -> None:
                """Quiet."""

        return Handler


@pytest.fixture
def token_hub() -> Iterator[TokenHub]:
    hub = TokenHub()
    yield hub
    hub.stop()


@pytest.fixture
def settings(settings: Settings, token_hub: TokenHub) -> Settings:
    return settings.model_copy(update={"hub_internal_url": token_hub.url, "hub_public_url": "http://hub.localhost:9"})


@pytest.fixture
def course(app, database, tmp_path: Path) -> Path:
    """The mandatory course `maths` with the assignment `sums` of one attempt, everybody's from the start."""
    folder = write_course(tmp_path, steps=("lesson:intro", "assignment:sums"), step_fields={"sums": "attempts = 2"})
    cells = [
        nb.text("# Суммы", lang="ru"),
        nb.text("# Sums", lang="en"),
        nb.solution("add", "total = 2 + 2"),
        nb.checks("check", 2, "assert total == 4"),
    ]
    nb.write_assignment(folder, "sums", {"sums": cells}, data__csv="1,2\n")
    with database.writing() as session:
        courses.sync(session, courses.load(session, folder), at=now())
    return folder


@pytest.fixture
def pupil(course, database):
    """A participant of the course."""
    person_id = make_person(database, "Аня", Role.PARTICIPANT)
    with database.writing() as session:
        run = courses.find_run_by_slug(session, "maths")
        courses.enrol(session, run.id, person_id, source="rule", at=now())
    return person_id

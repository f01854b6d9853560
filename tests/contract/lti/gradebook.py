"""A platform's token and score services that answer as the test wishes, and remember what came."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sqlalchemy.orm import Session

from lms.courses.models import CourseRun
from lms.database import new_id
from lms.lti.models import ResourceLink, ScoreTarget
from lms.lti.registrations import PlatformDetails, add_platform
from lms.people.accounts import create_person


@dataclass(slots=True)
class Gradebook:
    """`statuses` are those of the next answers to scores, 200 when none is left, with `text` as their content.
    `token_status` likewise of tokens. `results` is what the line items show, `columns` what was made in the list of them.
    """

    origin: str = ""
    statuses: list[int] = field(default_factory=list)
    text: str = ""
    token_status: int = 200
    columns: list[dict[str, Any]] = field(default_factory=list)
    results: list[dict[str, Any]] = field(default_factory=list)
    scores: list[dict[str, Any]] = field(default_factory=list)
    tokens: int = 0
    hold: threading.Event = field(default_factory=threading.Event)
    """Set: answer at once. Clear: a score's answer waits."""
    came: threading.Event = field(default_factory=threading.Event)

    @property
    def items(self) -> str:
        return f"http://{self.origin}/items?type_id=7"

    @property
    def line_item(self) -> str:
        return f"http://{self.origin}/items/1?type_id=7"


@contextmanager
def open_gradebook() -> Iterator[Gradebook]:
    """Served on a free loopback port."""
    book = Gradebook()
    book.hold.set()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            assert path in ("/items", "/items/1/results"), self.path
            self._answer(200, book.columns if path == "/items" else book.results)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/token":
                book.tokens += 1
                self._answer(book.token_status, {"access_token": f"t-{book.tokens}", "expires_in": "3600"})
                return
            if self.path == "/items?type_id=7":
                book.hold.wait(20)
                book.columns.append({**json.loads(body), "id": book.line_item})
                self._answer(201, book.columns[-1])
                return
            assert self.path == "/items/1/scores?type_id=7"
            assert self.headers["Content-Type"] == "application/vnd.ims.lis.v1.score+json"
            status = book.statuses.pop(0) if book.statuses else 200
            book.scores.append({**json.loads(body), "token": self.headers["Authorization"], "status": status})
            book.came.set()
            book.hold.wait(20)
            self._answer(status, {"error": book.text})

        def _answer(self, status: int, content: object) -> None:
            try:
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(content).encode())
            except OSError:
                return  # the caller was killed meanwhile

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    book.origin = f"127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield book
    finally:
        book.hold.set()
        server.shutdown()
        thread.join()
        server.server_close()


def pupil_with_a_column(session: Session, gradebook: Gradebook, run: CourseRun, *, at: datetime) -> ScoreTarget:
    """A platform, a pupil who came from it, and where their score goes: as a launch would have left it."""
    base = f"http://{gradebook.origin}"
    details = PlatformDetails("https://a.example", "tool-a", f"{base}/auth", f"{base}/token", f"{base}/jwks")
    registration = add_platform(session, details, ["1"], at=at)
    pupil = create_person(session, "Аня Соколова", at=at)
    link = ResourceLink(
        id=new_id(), source_id=new_id(), link_id="1", link_title="", context_id="", context_title="", seen_at=at
    )
    session.add(link)
    session.flush()
    target = ScoreTarget(
        id=new_id(),
        link_id=link.id,
        person_id=pupil.id,
        course_run_id=run.id,
        registration_id=registration.id,
        subject="7",
        url=gradebook.line_item,
        sourced_id="",
        updated_at=at,
    )
    session.add(target)
    session.flush()
    return target


def other_pupil(session: Session, target: ScoreTarget, *, at: datetime) -> ScoreTarget:
    """Another pupil who came by the same link."""
    other = ScoreTarget(
        id=new_id(),
        link_id=target.link_id,
        person_id=create_person(session, "Борис Пермяков", at=at).id,
        course_run_id=target.course_run_id,
        registration_id=target.registration_id,
        subject="8",
        url="",
        sourced_id="",
        updated_at=at,
    )
    session.add(other)
    session.flush()
    return other

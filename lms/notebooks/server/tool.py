"""The tool's notebook API as a participant's server calls it. Blocking: call it from a thread in a handler."""

import base64
import http.client
import json
import os
import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlsplit

TIMEOUT_SECONDS = 20.0
RELEASE_SECONDS = 120.0
"""The first participant to open an assignment after a change of the course waits until nbgrader has made its release."""
ANSWER_BYTES = 64 * 2**20


class ToolRefused(Exception):
    """The tool said no; `message` is its sentence in the person's language, `status` the HTTP status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


class ToolUnreachable(Exception):
    """The tool didn't answer, or not as agreed."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """An assignment that the person may open; `notebooks` are the names of the files that count."""

    course: str
    assignment: str
    title: str
    notebooks: tuple[str, ...]
    is_open: bool

    @property
    def folder(self) -> str:
        """Where it lies below the participant's home."""
        return f"{self.course}/{self.assignment}"


@dataclass(frozen=True, slots=True)
class File:
    """`path` is relative to the assignment's folder, with forward slashes."""

    path: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Submission:
    """`state` is `waiting`, `graded`, `refused` or `released`; `message` is a sentence for the person.

    Times are ISO 8601. `url` leads to the feedback once it is released.
    """

    number: int
    submitted_at: str
    state: str
    message: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What `assignments` answers: the person's language, and the assignments in the order of their courses."""

    locale: str
    assignments: tuple[Assignment, ...]


def assignments() -> Catalogue:
    """Everything the person may open now. Each function here raises ToolRefused or ToolUnreachable."""
    answer = _call("GET", "/assignments")
    return Catalogue(
        answer["locale"],
        tuple(
            Assignment(each["course"], each["assignment"], each["title"], tuple(each["notebooks"]), each["open"])
            for each in answer["assignments"]
        ),
    )


def released_files(course: str, assignment: str) -> list[File]:
    """The files handed out, in the person's language."""
    return _files(_call("GET", _path(course, assignment, "files"), timeout=RELEASE_SECONDS))


def submit(course: str, assignment: str, notebook: bytes, *, source: str) -> Submission:
    """Hand a notebook in; identical bytes give the earlier submission again. `source` is `lab` or `exchange`."""
    return _submission(_call("POST", f"{_path(course, assignment, 'submissions')}?source={source}", notebook))


def submissions(course: str, assignment: str) -> list[Submission]:
    """The person's own, oldest first."""
    answer = _call("GET", _path(course, assignment, "submissions"))
    return [_submission(each) for each in answer["submissions"]]


def feedback_files(course: str, assignment: str, number: int) -> list[File]:
    """The released feedback of submission `number`, HTML."""
    return _files(_call("GET", _path(course, assignment, "submissions", str(number), "feedback")))


def _path(course: str, assignment: str, *rest: str) -> str:
    return "/" + "/".join(quote(part, safe="") for part in ("assignments", course, assignment, *rest))


def _files(answer: Any) -> list[File]:
    return [File(each["path"], base64.b64decode(each["content"])) for each in answer["files"]]


def _submission(answer: Any) -> Submission:
    return Submission(answer["number"], answer["submitted_at"], answer["state"], answer["message"], answer.get("url"))


class _Language:
    """The language of the page from which the notebook was opened; empty: the one of the person's profile."""

    chosen = ""


def speak(language: str) -> None:
    """Have the tool answer in this language from now on; there is one person to a server."""
    _Language.chosen = language


def _call(method: str, path: str, body: bytes | None = None, *, timeout: float = TIMEOUT_SECONDS) -> Any:
    base = os.environ["LMS_TOOL_URL"]
    connection = _connection(base, timeout)
    headers = {
        "Authorization": f"Bearer {os.environ['JUPYTERHUB_API_TOKEN']}",
        "Accept": "application/json",
        "Content-Type": "application/x-ipynb+json",
    }
    if _Language.chosen:
        headers["Accept-Language"] = _Language.chosen
    try:
        connection.request(method, f"{_prefix(base)}/api/notebooks{path}", body, headers)
        response = connection.getresponse()
        answer = json.loads(response.read(ANSWER_BYTES))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise ToolUnreachable(str(error)) from error
    finally:
        connection.close()
    if response.status >= 400:
        raise ToolRefused(str(answer.get("detail") or answer.get("title") or response.reason), response.status)
    return answer


def _prefix(base: str) -> str:
    return urlsplit(base).path.rstrip("/")


def _connection(base: str, timeout: float) -> http.client.HTTPConnection:
    parts = urlsplit(base)
    if parts.scheme == "http+unix":
        return _UnixConnection(unquote(parts.netloc), timeout)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    return kind(parts.netloc, timeout=timeout)


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._socket_path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._socket_path)

"""The server extension: open an assignment, hand it in, say what may be handed in."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jupyter_server.base.handlers import APIHandler, JupyterHandler
from jupyter_server.utils import url_path_join
from tornado.web import authenticated

from lms.notebooks.server import tool, work
from lms.notebooks.server.texts import sentence


def home() -> Path:
    """The participant's own folder."""
    return Path(os.environ["HOME"])


class OpenHandler(JupyterHandler):
    """GET lms/open/<course>/<assignment>: lay the released files down and go to the notebook in JupyterLab."""

    @authenticated
    async def get(self, course: str, assignment: str) -> None:
        """Redirects, or shows the tool's one sentence. `?locale=` is the language of the page the click was on."""
        tool.speak(self.get_query_argument("locale", ""))
        try:
            notebook = await asyncio.to_thread(_fetch, course, assignment)
        except tool.ToolRefused as refusal:
            self._say(refusal.status, refusal.message)
        except tool.ToolUnreachable as error:
            self.log.warning("the tool is out of reach: %s", error)
            self._say(503, sentence("unreachable", self.request.headers.get("Accept-Language", "")))
        else:
            self.redirect(url_path_join(self.base_url, "lab/tree", quote(notebook)))

    def _say(self, status: int, text: str) -> None:
        self.set_status(status)
        page = self.render_template(  # type: ignore[no-untyped-call]
            "error.html", status_code=status, status_message="", message=text
        )
        self.finish(page)


class AssignmentsHandler(APIHandler):
    """GET lms/assignments: the person's language, and the folders of the assignments with their state."""

    @authenticated
    async def get(self) -> None:
        """JSON for the Submit button."""
        try:
            catalogue = await asyncio.to_thread(tool.assignments)
        except (tool.ToolRefused, tool.ToolUnreachable) as error:
            self.log.warning("no list of assignments: %s", error)
            self.set_status(503)
            self.finish({"assignments": []})
            return
        rows = [{"folder": each.folder, "title": each.title, "open": each.is_open} for each in catalogue.assignments]
        self.finish({"locale": catalogue.locale, "assignments": rows})


class SubmissionsHandler(APIHandler):
    """POST lms/submissions {"path": "course/assignment/x.ipynb"}: hand that notebook in as it is on disk.

    GET lms/submissions?path=…&number=…: where that submission stands.
    """

    @authenticated
    async def post(self) -> None:
        """JSON with `message`, the sentence for the person; the status says whether it was taken."""
        body = self.get_json_body() or {}
        await self._answer(_submit, str(body.get("path")))

    @authenticated
    async def get(self) -> None:
        """JSON with `state` and `message`."""
        await self._answer(_standing, self.get_query_argument("path"), int(self.get_query_argument("number")))

    async def _answer(self, act: Callable[..., tool.Submission], *arguments: object) -> None:
        languages = self.request.headers.get("Accept-Language", "")
        try:
            submission = await asyncio.to_thread(act, *arguments)
        except tool.ToolRefused as refusal:
            self._finish(refusal.status, {"message": refusal.message})
        except tool.ToolUnreachable as error:
            self.log.warning("the tool is out of reach: %s", error)
            self._finish(503, {"message": sentence("unreachable", languages)})
        except (FileNotFoundError, ValueError):
            self._finish(404, {"message": sentence("nothing", languages)})
        else:
            self._finish(200, asdict(submission))

    def _finish(self, status: int, fields: dict[str, Any]) -> None:
        self.set_status(status)
        self.finish(fields)


def _fetch(course: str, assignment: str) -> str:
    files = tool.released_files(course, assignment)
    folder = f"{course}/{assignment}"
    work.lay_down(home(), folder, files)
    notebooks = sorted(each.path for each in files if each.path.endswith(".ipynb"))
    return f"{folder}/{notebooks[0]}" if notebooks else folder


def _submit(path: str) -> tool.Submission:
    course, assignment, name = path.split("/")
    notebook = (home() / course / assignment / name).read_bytes()
    return tool.submit(course, assignment, notebook, source="lab")


def _standing(path: str, number: int) -> tool.Submission:
    course, assignment, _ = path.split("/")
    for each in tool.submissions(course, assignment):
        if each.number == number:
            return each
    raise FileNotFoundError(path)


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _say_why(app: Any) -> None:
    from lms.notebooks.server.exchange import SayingWhy

    manager = SayingWhy(parent=app)
    manager.root_dir = app.root_dir
    app.web_app.settings["assignment_list_manager"] = manager


def _load_jupyter_server_extension(app: Any) -> None:
    app.io_loop.add_callback(
        _say_why, app
    )  # when nbgrader's own extension, loaded after this one, has put its own there
    base = app.web_app.settings["base_url"]
    name = "([a-z0-9][a-z0-9_-]*)"
    app.web_app.add_handlers(
        ".*$",
        [
            (url_path_join(base, f"lms/open/{name}/{name}"), OpenHandler),
            (url_path_join(base, "lms/assignments"), AssignmentsHandler),
            (url_path_join(base, "lms/submissions"), SubmissionsHandler),
        ],
    )

"""nbgrader's exchange over the tool's HTTP API, so that its own Assignment List works without a shared directory.

The list says RuntimeError where nbgrader has ExchangeError: for the latter its panel shows a text about directories
instead of ours (nbgrader 0.9.6, server_extensions/assignment_list/handlers.py).
"""

from pathlib import Path
from typing import Any

from nbgrader.exchange.abc import (
    Exchange,
    ExchangeFetchAssignment,
    ExchangeFetchFeedback,
    ExchangeList,
    ExchangeSubmit,
)
from nbgrader.server_extensions.assignment_list.handlers import AssignmentList

from lms.notebooks.server import tool, work


def _feedback_folder(assignment: tool.Assignment, number: int) -> str:
    return f"{assignment.folder}/feedback/{number}"


class HttpExchange(Exchange):  # type: ignore[misc]  # nbgrader ships no types
    """What the four actions share."""

    def init_src(self) -> None:
        """Nothing to look up: the tool knows."""

    def init_dest(self) -> None:
        """Nothing to prepare: directories are made when there is something to put there."""

    @property
    def home(self) -> Path:
        """The participant's own folder."""
        return Path(self.assignment_dir)

    def chosen(self) -> tool.Assignment:
        """The assignment that was clicked. Raises ToolRefused when the person may not open it any more."""
        course, name = self.coursedir.course_id, self.coursedir.assignment_id
        for each in tool.assignments().assignments:
            if (each.course, each.assignment) == (course, name):
                return each
        raise tool.ToolRefused(f"{course}/{name}", 404)


class HttpFetchAssignment(HttpExchange, ExchangeFetchAssignment):  # type: ignore[misc]  # nbgrader ships no types
    """Hand out; files that are there already stay as they are."""

    def copy_files(self) -> None:
        """Fetch and lay down."""
        chosen = self.chosen()
        work.lay_down(self.home, chosen.folder, tool.released_files(chosen.course, chosen.assignment))


class HttpSubmit(HttpExchange, ExchangeSubmit):  # type: ignore[misc]  # nbgrader ships no types
    """Take in what is on disk."""

    def copy_files(self) -> None:
        """Gather and send."""
        chosen = self.chosen()
        for notebook in work.gather(self.home, chosen):
            tool.submit(chosen.course, chosen.assignment, notebook, source="exchange")


class HttpFetchFeedback(HttpExchange, ExchangeFetchFeedback):  # type: ignore[misc]  # nbgrader ships no types
    """Fetch what has been released."""

    def copy_files(self) -> None:
        """Fetch the feedback of each submission that has some."""
        chosen = self.chosen()
        for each in tool.submissions(chosen.course, chosen.assignment):
            if each.state == "released":
                files = tool.feedback_files(chosen.course, chosen.assignment, each.number)
                work.lay_down(self.home, _feedback_folder(chosen, each.number), files)


class HttpList(HttpExchange, ExchangeList):  # type: ignore[misc]  # nbgrader ships no types
    """What nbgrader's panel shows: the assignments, or with `cached` the submissions."""

    def copy_files(self) -> None:
        """A list copies nothing."""

    def list_files(self) -> list[dict[str, Any]]:
        """Rows as nbgrader's panel expects them."""
        try:
            listed = [each for each in tool.assignments().assignments if self._is_wanted(each)]
            if self.inbound or self.cached:
                return [row for each in listed for row in self._submitted(each)]
            return [self._assignment(each) for each in listed]
        except (tool.ToolRefused, tool.ToolUnreachable) as error:
            raise RuntimeError(str(error)) from error

    def _is_wanted(self, each: tool.Assignment) -> bool:
        return self.coursedir.course_id in ("*", "", each.course)

    def _assignment(self, each: tool.Assignment) -> dict[str, Any]:
        folder = self.home / each.folder
        return {
            "course_id": each.course,
            "assignment_id": each.assignment,
            "status": "fetched" if folder.is_dir() else "released",
            "path": str(folder),
            "notebooks": [_notebook(folder, name) for name in each.notebooks],
        }

    def _submitted(self, each: tool.Assignment) -> list[dict[str, Any]]:
        rows = [self._submission(each, one) for one in tool.submissions(each.course, each.assignment)]
        names = {"course_id": each.course, "assignment_id": each.assignment, "student_id": ""}
        return [{**names, "status": "submitted", "submissions": rows}] if rows else []

    def _submission(self, each: tool.Assignment, one: tool.Submission) -> dict[str, Any]:
        folder = self.home / _feedback_folder(each, one.number)
        state = {
            "has_local_feedback": folder.is_dir(),
            "has_exchange_feedback": one.state == "released",
            "feedback_updated": False,
            "local_feedback_path": str(folder) if folder.is_dir() else None,
        }
        return {
            "course_id": each.course,
            "assignment_id": each.assignment,
            "student_id": "",
            "status": "submitted",
            "timestamp": one.submitted_at,
            "path": str(self.home / each.folder),
            "notebooks": [_notebook(folder, name) | state for name in each.notebooks],
            **state,
        }


class SayingWhy(AssignmentList):  # type: ignore[misc]  # nbgrader ships no types
    """nbgrader's panel shows a refused submission as a traceback; here it shows the tool's sentence."""

    def submit_assignment(self, course_id: str, assignment_id: str) -> dict[str, Any]:
        """As nbgrader, with the last line of the traceback, without the exception's name, in place of all of it."""
        result: dict[str, Any] = super().submit_assignment(course_id, assignment_id)
        if not result["success"]:
            result["value"] = result["value"].strip().splitlines()[-1].partition(": ")[2]
        return result


def _notebook(folder: Path, name: str) -> dict[str, Any]:
    return {"notebook_id": name.removesuffix(".ipynb"), "path": str(folder / name)}

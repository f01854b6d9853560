"""Which of the hub's warnings are none here."""

import io
import logging

import pytest

from lms.notebooks.hub.everyday import Everyday


def told(level: int, text: str, *values: object) -> str:
    log, terminal = logging.Logger("JupyterHub"), io.StringIO()  # noqa: LOG001 - of this test alone
    handler = logging.StreamHandler(terminal)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    log.addHandler(handler)
    log.addFilter(Everyday())

    log.log(level, text, *values)

    return terminal.getvalue()


@pytest.mark.parametrize(
    ("level", "text", "values"),
    [
        (logging.WARNING, "User %s is slow to start (timeout=%s)", ("u1", 1)),
        (logging.CRITICAL, "Received signal %s, initiating shutdown...", ("SIGTERM",)),
        (logging.WARNING, "Could not load pycurl: No module named 'pycurl'", ()),
    ],
)
def test_everyday_line_is_told_as_information(level: int, text: str, values: tuple[object, ...]) -> None:
    assert told(level, text, *values) == f"INFO {text % values}\n"


@pytest.mark.parametrize(
    ("level", "name", "text"),
    [(logging.WARNING, "WARNING", "404 GET /hub"), (logging.CRITICAL, "CRITICAL", "Failed to start proxy")],
)
def test_everyday_leaves_any_other_line_as_loud_as_it_was(level: int, name: str, text: str) -> None:
    assert told(level, text) == f"{name} {text}\n"

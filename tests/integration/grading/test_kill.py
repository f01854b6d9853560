"""The worker is killed by the operating system while a participant's cell runs; the work is graded all the same, once."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil
import pytest

from lms.jobs.takeover import LOSSES_UNTIL_PARKED
from lms.settings import Settings
from tests.factories import notebooks
from tests.factories.processes import computes_in_a_sandbox
from tests.integration.grading.conftest import Class

BUSY_SECONDS, LONG_SECONDS = 6, 14
STOP_SECONDS = 12
WAIT_SECONDS = 120.0


@contextmanager
def worker(settings: Settings) -> Iterator[psutil.Process]:
    """`python3 -m lms serve worker`, as the supervisor starts it."""
    environment = {
        **os.environ,
        "LMS_STATE_DIR": str(settings.state_dir),
        "LMS_DATABASE_URL": settings.database_url,
        "LMS_SECRET_KEY": settings.secret_key.get_secret_value(),
        "LMS_WORKER_HEARTBEAT_SECONDS": "0.5",
        "LMS_WORKER_LOST_SECONDS": "3",
    }
    command = [sys.executable, "-c", "from lms.cli import main; main(['serve', 'worker'])"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(30)


def eventually(look: Callable[[], object], what: str) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not look():
        assert time.monotonic() < end, f"never happened: {what}"
        time.sleep(0.05)


def _busy_kernel(process: psutil.Process) -> psutil.Process | None:
    """The participant's process among the worker's descendants, once it burns a second of CPU in its endless cell."""
    return next(filter(computes_in_a_sandbox, process.children(recursive=True)), None)


@pytest.mark.timeout(300)
def test_worker_killed_while_a_cell_runs_grades_the_work_once(school_class: Class) -> None:
    settings: Settings = school_class.app.extensions["lms.settings"]
    busy = f"import time\nend = time.time() + {BUSY_SECONDS}\nwhile time.time() < end:\n    pass\n"
    body = f"{busy}def times(x):\n    return x * {school_class.factor}"
    sent = notebooks.answered(notebooks.notebook(school_class.cells()), times=body, why="Да.")
    school_class.hand_in(notebooks.encode(sent))

    with worker(settings) as first:
        eventually(lambda: _busy_kernel(first), "the participant's cell runs")
        family = first.children(recursive=True)
        first.send_signal(signal.SIGKILL)
        _gone, alive = psutil.wait_procs(family, timeout=20)
    assert alive == []
    assert school_class.attempts()[0].state == "queued"
    with worker(settings):
        eventually(lambda: school_class.attempts()[0].state != "queued", "the work is graded")

    (attempt,) = school_class.attempts()
    assert (attempt.state, attempt.auto_score) == ("needs_person", attempt.auto_max)
    assert len(attempt.cells) == 2


@pytest.mark.databases("sqlite")
@pytest.mark.timeout(300)
def test_worker_stopped_again_and_again_while_a_cell_runs_parks_nothing(school_class: Class) -> None:
    settings: Settings = school_class.app.extensions["lms.settings"]
    busy = f"import time\nend = time.time() + {LONG_SECONDS}\nwhile time.time() < end:\n    pass\n"
    body = f"{busy}def times(x):\n    return x * {school_class.factor}"
    sent = notebooks.answered(notebooks.notebook(school_class.cells()), times=body, why="Да.")
    school_class.hand_in(notebooks.encode(sent))

    for _ in range(LOSSES_UNTIL_PARKED):
        with worker(settings) as leaving:
            eventually(lambda leaving=leaving: _busy_kernel(leaving), "the participant's cell runs")
            family = leaving.children(recursive=True)
            leaving.terminate()
            leaving.wait(STOP_SECONDS)
            assert psutil.wait_procs(family, timeout=10)[1] == []
        assert school_class.attempts()[0].state == "queued"
    with worker(settings):
        eventually(lambda: school_class.attempts()[0].state != "queued", "the work is graded")

    (attempt,) = school_class.attempts()
    assert (attempt.state, attempt.auto_score) == ("needs_person", attempt.auto_max)

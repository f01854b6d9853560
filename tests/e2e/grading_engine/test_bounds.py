"""Code that never ends, eats everything or kills itself: a recorded result in time, and nothing left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from lms.grading import engine
from lms.grading.engine import Outcome, Status
from lms.grading.engine.processes import descendants
from tests.factories import notebooks as nb
from tests.factories.processes import computes_in_a_sandbox

BOMBS = {
    "an infinite loop": "while True: pass",
    "a loop that ignores interrupts": "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
    "the end of the process": "import os\nos._exit(0)",
    "a print without end": "while True: print('y' * 100_000)",
    "memory without end": "kept = []\nwhile True: kept.append(b'1' * 50_000_000)",
    "memory of many processes": (
        "import os, time\n"
        "for _ in range(40):\n"
        "    if os.fork() == 0:\n"
        "        kept = b'1' * 100_000_000; time.sleep(60); os._exit(0)\n"
        "time.sleep(60)"
    ),
    "a fork bomb": "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_grade_bomb_costs_its_own_points_only(lab: Any, tmp_path: Path, bomb: str) -> None:
    before, started = set(descendants(os.getpid())), time.monotonic()
    limits = engine.Limits(wall_seconds=90, cell_seconds=2, memory_bytes=1024**3, processes=60)

    result = lab.grade(lab.answered(shift=bomb), limits=limits, executor=engine.ProcessExecutor(scratch_root=tmp_path))

    assert time.monotonic() - started < 92
    assert result.status is Status.GRADED
    earned = {cell.name: cell.score for cell in result.cells}
    assert earned == {"check_shift": 0, "check_limit": lab.points[1], "check_file": lab.points[2], "why": 0}
    assert set(descendants(os.getpid())) <= before
    assert list(tmp_path.iterdir()) == []


def test_grade_time_for_everything_runs_out_with_a_result(lab: Any) -> None:
    slow = lab.answered(shift="import time\ntime.sleep(100)")

    result = lab.grade(slow, limits=engine.Limits(wall_seconds=40, cell_seconds=100))

    assert (result.status, result.score) == (Status.GRADED, 0)
    assert Outcome.TIMED_OUT in {cell.outcome for cell in result.cells}


def test_grade_when_its_caller_is_killed_leaves_no_process(lab: Any, tmp_path: Path) -> None:
    submission = tmp_path / "loop.ipynb"
    submission.write_bytes(nb.encode(lab.answered(shift=f"while True: pass  # {lab.secret}")))
    command = [sys.executable, "-m", "lms.grading.engine.cli", str(lab.course), "lab", str(submission), "--json"]
    caller = subprocess.Popen(
        [*command, "--cache", str(lab.cache)], stdout=subprocess.PIPE, env={"TMPDIR": str(tmp_path)}
    )
    deadline = time.monotonic() + 90
    while not any(map(computes_in_a_sandbox, psutil.Process(caller.pid).children(recursive=True))):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    below = descendants(caller.pid)

    os.kill(caller.pid, signal.SIGKILL)

    caller.communicate()
    while alive := [pid for pid in below if command_line(pid)]:
        assert time.monotonic() < deadline, alive
        time.sleep(0.1)
    assert list(tmp_path.glob("lms-warm-*")) == []


def command_line(pid: int) -> bytes:
    """What /proc says of a process; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def test_cli_prints_one_line_of_json(lab: Any) -> None:
    command = [sys.executable, "-m", "lms.grading.engine.cli", str(lab.course), "lab"]
    command += [str(lab.course / "source/lab/other.ipynb"), "--json", "--cache", str(lab.cache)]

    done = subprocess.run(command, capture_output=True, text=True, check=True, env={})

    assert done.stdout.count("\n") == 1
    line = json.loads(done.stdout)
    assert (line["status"], line["reason"], line["score"], line["max_score"]) == ("graded", None, 1, 1)
    assert line["cells"][0].items() >= {"name": "check_other", "score": 1, "max_score": 1}.items()


@pytest.mark.parametrize(
    "arguments", [["/absent", "lab", "x.ipynb"], ["{course}", "absent", "{file}"], ["{course}", "lab", "/absent"], []]
)
def test_cli_wrong_call_ends_with_two_and_a_sentence(lab: Any, arguments: list[str]) -> None:
    file = lab.course / "source/lab/main.ipynb"
    filled = [argument.format(course=lab.course, file=file) for argument in arguments]

    done = subprocess.run(
        [sys.executable, "-m", "lms.grading.engine.cli", *filled, "--json"], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr

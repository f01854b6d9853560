"""Who runs a grading: a Protocol, and the executor that starts a fresh process for each."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from lms.grading.engine import sandbox
from lms.grading.engine.limits import MIB, Limits
from lms.grading.engine.processes import kill_tree
from lms.grading.engine.results import Isolation
from lms.seccomp import UnknownMachine

_CHILD = Path(__file__).with_name("child") / "__main__.py"
_SUPERVISOR_MEMORY = 4096 * MIB
_LOG_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Job:
    """What to do: release the assignment (`notebook` is None) or grade a file. `bundle` is where its release lies."""

    course_dir: Path
    assignment: str
    bundle: Path
    notebook: bytes | None = None


class ExecutionFailed(Exception):
    """The grading process gave no result. `reason` is stable; `diagnostics` is for staff: it may quote hidden tests."""

    def __init__(self, reason: str, diagnostics: str) -> None:
        super().__init__(f"{reason}: {diagnostics}")
        self.reason = reason
        self.diagnostics = diagnostics


class Executor(Protocol):
    """Runs a job within the limits and returns the raw result (its keys: see child/tasks.py).

    Raises ExecutionFailed. Leaves no process and no file behind.
    """

    def run(self, job: Job, limits: Limits) -> dict[str, Any]:
        """Do the job; blocks at most `limits.wall_seconds` and a second or two for clearing up."""


def _environment(scratch: Path) -> dict[str, str]:
    home = scratch / "home"
    return sandbox.environment(str(home)) | {
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTER_NO_CONFIG": "1",
        "MPLCONFIGDIR": str(home / "matplotlib"),
        "TMPDIR": str(scratch),
    }


def _remove(folder: Path) -> None:
    def unlock(function: Any, path: str, _: Any) -> None:
        with contextlib.suppress(OSError):
            Path(path).parent.chmod(0o700)
            function(path)

    shutil.rmtree(folder, onerror=unlock)


class ProcessExecutor:
    """A fresh Python process for each job, with its own scratch folder, ended as a tree at the deadline.

    `allow_limits_only` says whether to run a participant's code where this machine has no sandbox to offer; the result
    names the isolation it really had. `isolation` asks for a certain one instead of the strongest there is.
    `scratch_root` is where the scratch folders are made, the system's temporary directory by default.
    """

    def __init__(
        self,
        *,
        allow_limits_only: bool = True,
        isolation: Isolation | None = None,
        scratch_root: Path | None = None,
    ) -> None:
        self.allow_limits_only = allow_limits_only
        self.isolation = isolation
        self.scratch_root = scratch_root

    def run(self, job: Job, limits: Limits) -> dict[str, Any]:
        """See Executor."""
        try:
            level = self.isolation or sandbox.strongest()
        except (OSError, subprocess.SubprocessError) as error:
            raise ExecutionFailed("internal", f"the sandbox could not be tried: {error}") from error
        except UnknownMachine as error:
            raise ExecutionFailed("no_sandbox", f"system calls can't be closed on this machine: {error}") from error
        if job.notebook is not None and level is Isolation.LIMITS_ONLY and not self.allow_limits_only:
            raise ExecutionFailed("no_sandbox", "neither user namespaces nor bubblewrap work on this machine")
        scratch = Path(tempfile.mkdtemp(prefix="lms-grade-", dir=self.scratch_root))
        try:
            return self._run(job, limits, scratch, level)
        finally:
            _remove(scratch)

    def _run(self, job: Job, limits: Limits, scratch: Path, level: Isolation) -> dict[str, Any]:
        (scratch / "home").mkdir()
        notebook = scratch / "submission.ipynb"
        if job.notebook is not None:
            notebook.write_bytes(job.notebook)
        order = {
            "task": "release" if job.notebook is None else "grade",
            "parent": os.getpid(),
            "course_dir": str(job.course_dir.resolve()),
            "assignment": job.assignment,
            "bundle": str(job.bundle),
            "notebook": str(notebook),
            "scratch": str(scratch),
            "limits": limits.as_json(),
            "seconds": limits.wall_seconds,
            "isolation": level.value,
            "supervisor_memory_bytes": _SUPERVISOR_MEMORY,
        }
        with (scratch / "log").open("w+b") as log:
            said, ended = self._converse(order, scratch, limits.wall_seconds, log.fileno())
            log.seek(max(0, log.seek(0, os.SEEK_END) - _LOG_BYTES))
            return _result(said, ended, log.read().decode("utf-8", "replace"))

    def _converse(self, order: dict[str, Any], scratch: Path, seconds: float, log: int) -> tuple[str, str]:
        process = subprocess.Popen(
            [sys.executable, "-I", "-B", str(_CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=scratch,
            env=_environment(scratch),
            start_new_session=True,
        )
        started, ended = time.monotonic(), "died"
        try:
            said, _ = process.communicate(json.dumps(order).encode(), timeout=seconds)
        except subprocess.TimeoutExpired:
            ended = "time_limit"
            kill_tree(process.pid)
            said, _ = process.communicate()
        finally:
            if process.poll() is None:
                kill_tree(process.pid)
                process.wait()
        text = said.decode("utf-8", "replace")
        return text, f"{ended} after {time.monotonic() - started:.1f} s" if ended == "died" else ended


def _result(said: str, ended: str, log: str) -> dict[str, Any]:
    for line in reversed(said.splitlines()):
        with contextlib.suppress(ValueError):
            answer = json.loads(line)
            if "result" in answer:
                result: dict[str, Any] = answer["result"]
                return result
            if "broken" in answer:
                raise ExecutionFailed("assignment_broken", answer["broken"])
            if "fault" in answer:
                raise ExecutionFailed("internal", f"{answer['fault']}\n{log}")
    raise ExecutionFailed("time_limit" if ended == "time_limit" else "internal", f"{ended}\n{said[-500:]}\n{log}")

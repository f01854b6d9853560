"""Fills a virtual environment: uv by pip, the locked packages by uv, our own projects editable.

Two starts at once wait for each other; one that was killed is noticed and begun anew by the next.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from lms.bootstrap import diagnosis
from lms.bootstrap.environment import Environment, Failure

NEEDED_BYTES = 1_500_000_000
"""What the finished environment takes (about 1 GB with compiled modules), and some air."""


def install(environment: Environment, *, developer: bool) -> None:
    """Make or mend the environment; returns when it is current. Raises Failure with the cure."""
    if not environment.is_writable():
        raise Failure(diagnosis.NO_RIGHT.format(venv=environment.venv))
    with _one_at_a_time(environment.venv.parent) as guard:
        if environment.is_current(developer=developer):  # who held the lock before us made it
            return
        _Installation(environment, guard).run(developer=developer or environment.has_developer_tools())


class _Installation:
    def __init__(self, environment: Environment, guard: int) -> None:
        self.environment = environment
        self.guard = guard
        self.log = environment.venv / "lms-install.log"

    def run(self, *, developer: bool) -> None:
        environment = self.environment
        if not self._is_sound():
            self._clear()
        environment.unfinished.touch()
        self.log.write_bytes(b"")
        uv = self._uv()
        lock = environment.lock(developer=developer)
        _say(f"installing the packages of {lock.relative_to(environment.root)} (minutes on a slow line)")
        python = ("--python", str(environment.python))
        self._call(uv, "pip", "sync", *python, "--require-hashes", "--compile-bytecode", str(lock))
        editable = [word for project in environment.projects() for word in ("--editable", str(project))]
        self._call(uv, "pip", "install", *python, "--no-deps", "--no-build-isolation", *editable)
        draft = environment.stamp.with_suffix(".draft")
        draft.write_text(json.dumps(environment.contents(developer=developer)))
        draft.replace(environment.stamp)
        environment.unfinished.unlink()
        _say("done")

    def _is_sound(self) -> bool:
        environment = self.environment
        made = (environment.venv / "pyvenv.cfg").is_file() and os.access(environment.python, os.X_OK)
        stamped = environment.stamp.exists()
        same = not stamped or json.loads(environment.stamp.read_text())["interpreter"] == os.path.realpath(
            environment.python
        )
        return made and same and not environment.unfinished.exists()

    def _clear(self) -> None:
        environment = self.environment
        venv = environment.venv
        found = {path.name for path in venv.iterdir()} if venv.exists() else set()
        if found and not found & {"pyvenv.cfg", environment.unfinished.name}:
            raise Failure(f"{venv} holds something that is no virtual environment: move it away, or change LMS_VENV.")
        shutil.rmtree(venv, ignore_errors=True)
        venv.mkdir(parents=True, exist_ok=True)
        environment.unfinished.touch()
        free = shutil.disk_usage(venv).free
        if free < NEEDED_BYTES:
            raise Failure(diagnosis.DISK_FULL.format(venv=venv))
        _say(f"preparing {venv} for the first start")

    def _uv(self) -> str:
        """The pinned installer, in a folder of its own so that syncing does not remove it."""
        environment = self.environment
        version = environment.uv_lock.read_text().split()[0].replace("==", "-")
        home = environment.venv / version
        program = home / "bin" / ("uv.exe" if os.name == "nt" else "uv")
        if not os.access(program, os.X_OK):
            python = getattr(sys, "_base_executable", sys.executable)
            self._call(python, "-m", "venv", str(environment.venv))
            target = ("--target", str(home), "--upgrade", "--no-deps")
            pip = (str(environment.python), "-m", "pip", "install", "--quiet", "--retries", "2")
            self._call(*pip, *target, "--require-hashes", "--requirement", str(environment.uv_lock))
        return str(program)

    def _call(self, *command: str) -> None:
        with self.log.open("ab") as log:
            log.write(f"$ {' '.join(command)}\n".encode())
            log.flush()
            # The lock goes down to the child: if we are killed it stays held until pip or uv has ended too.
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=[self.guard] if self.guard >= 0 else [],
                env=_variables(),
                cwd=self.environment.root,
                check=False,
            )
        if done.returncode != 0:
            output = _tail(self.log)
            if not diagnosis.is_disk_full(output):
                self.environment.unfinished.unlink(missing_ok=True)  # it refused and left nothing half done
            raise Failure(diagnosis.explain(output, venv=self.environment.venv, log=self.log))


def _variables() -> dict[str, str]:
    """The caller's variables without those that would send packages elsewhere; pip's index serves uv too."""
    elsewhere = {"PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV", "PYTHONHOME", "PYTHONPATH"}
    variables = {name: value for name, value in os.environ.items() if name not in elsewhere}
    if index := variables.get("PIP_INDEX_URL"):
        variables.setdefault("UV_DEFAULT_INDEX", index)
    variables["UV_NO_PROGRESS"] = "1"
    return variables


def _tail(log: Path, size: int = 8000) -> str:
    """What the failed command said: from the last line that names a command."""
    text = log.read_bytes()[-size:].decode(errors="replace")
    return text[text.rfind("\n$ ") + 1 :]


def _say(text: str) -> None:
    print(f"lms: {text}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def _one_at_a_time(folder: Path) -> Iterator[int]:
    """Hold a lock on the folder itself, so that no lock file is left; yields its descriptor (-1: no such locks)."""
    try:
        import fcntl
    except ImportError:
        yield -1
        return
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("another start is installing; waiting for it")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)

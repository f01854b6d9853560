"""`python3 -m lms demo`, started as anybody starts it, with a state directory of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
START_SECONDS = 240.0
STOP_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Demo:
    """Where everything is, as `demo.json` says it."""

    state_dir: Path
    tool: str
    hub: str
    school: str
    logins: dict[str, tuple[str, str]]
    """role -> (login, password) of the first person of that role."""

    @staticmethod
    def of(state_dir: Path) -> "Demo":
        """A demo that runs with this state directory."""
        said = json.loads((state_dir / "demo.json").read_text())
        logins: dict[str, tuple[str, str]] = {}
        for person in said["people"]:
            logins.setdefault(person["role"], (person["login"], person["password"]))
        return Demo(state_dir, said["tool"], said["hub"], said["platform"], logins)


@contextmanager
def running_demo(state_dir: Path) -> Iterator[Demo]:
    """Start it, wait for its last line, stop it as Ctrl-C does."""
    log = state_dir.parent / "demo.log"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "lms", "demo", "--verbose"],
            cwd=ROOT,
            env={**environment, "LMS_STATE_DIR": str(state_dir)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait(process, state_dir / "demo.json", log)
        yield Demo.of(state_dir)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


def _wait(process: subprocess.Popen[bytes], ready: Path, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while not ready.exists():
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-30:])
        assert process.poll() is None, f"the demo ended with {process.returncode}:\n{tail}"
        assert time.monotonic() < end, f"the demo did not start in {START_SECONDS:.0f} s:\n{tail}"
        time.sleep(0.3)

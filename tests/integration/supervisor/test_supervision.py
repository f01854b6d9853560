"""Real processes, real signals. Process ids come from the operating system and from what a child wrote of itself."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from lms.supervisor.children import Child
from lms.supervisor.claim import claimed
from lms.supervisor.errors import AlreadyRunning, StartFailed
from lms.supervisor.ports import is_free
from lms.supervisor.readiness import answers
from lms.supervisor.supervision import supervise

HERE = Path(__file__).parent
SECONDS = 20


class Supervised:
    """The program `supervised.py` while it runs."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.stray_file = folder / "stray.pid"
        command = [sys.executable, str(HERE / "supervised.py"), str(folder / "var"), str(self.port)]
        self.process = subprocess.Popen(
            [*command, str(self.stray_file)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.first_line = self.process.stdout.readline().strip()
        self.said: list[str] = []
        self._listener = threading.Thread(target=self.said.extend, args=[self.process.stderr])
        self._listener.start()

    @property
    def family(self) -> set[int]:
        """Everything it started, living."""
        members = psutil.Process(self.process.pid).children(recursive=True)
        return {member.pid for member in members if member.status() != psutil.STATUS_ZOMBIE}

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def stray(self) -> int:
        return int(self.stray_file.read_text())

    def servant(self) -> psutil.Process:
        """The child itself, found by what it runs."""
        for pid in self.family:
            with contextlib.suppress(psutil.NoSuchProcess):
                if "servant.py" in " ".join(psutil.Process(pid).cmdline()):
                    return psutil.Process(pid)
        raise AssertionError("there is no servant")

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self._listener.join()
        for stream in (self.process.stdout, self.process.stderr):
            if stream:
                stream.close()


@pytest.fixture
def supervised(tmp_path: Path) -> Iterator[Supervised]:
    running = Supervised(tmp_path)
    yield running
    family = running.family if running.process.poll() is None else set()
    running.close()
    until(lambda: not any(alive(pid) for pid in family))


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_supervise_when_children_answer_prints_the_banner(supervised: Supervised) -> None:
    assert supervised.first_line == "all is up"
    assert answers(f"http://127.0.0.1:{supervised.port}/")
    assert alive(supervised.stray)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_supervise_ended_by_a_signal_leaves_nothing_behind(supervised: Supervised, number: signal.Signals) -> None:
    family = supervised.family
    assert supervised.stray in family

    supervised.process.send_signal(number)

    until(lambda: not any(alive(pid) for pid in family))
    assert supervised.process.wait() == (-number if number == signal.SIGKILL else 0)


def test_claim_after_the_supervisor_was_killed_waits_until_nothing_of_its_family_is_left(
    supervised: Supervised, tmp_path: Path
) -> None:
    family = supervised.family
    said: list[str] = []
    with pytest.raises(AlreadyRunning), claimed(tmp_path / "var", ["hub"], said.append):
        pass

    supervised.process.kill()
    supervised.process.wait()
    still_there = {pid for pid in family if alive(pid)}
    with claimed(tmp_path / "var", ["web", "hub"], said.append):
        left = {pid for pid in family if alive(pid)}

    assert still_there
    assert left == set()
    assert is_free(supervised.port)
    assert said == ["waiting for the web of the last start to end."]


@pytest.mark.parametrize("victim", ["servant", "leash"])
def test_supervise_child_killed_is_started_again_without_its_strays(supervised: Supervised, victim: str) -> None:
    old_stray = supervised.stray
    servant = supervised.servant()
    parent = servant.parent()
    assert parent is not None

    os.kill(servant.pid if victim == "servant" else parent.pid, signal.SIGKILL)

    until(lambda: not alive(servant.pid) and not alive(old_stray))
    until(lambda: answers(f"http://127.0.0.1:{supervised.port}/"))
    assert supervised.servant().pid != servant.pid
    if victim == "servant":
        until(lambda: all(one.status() != psutil.STATUS_ZOMBIE for one in psutil.Process(supervised.pid).children()))
    assert "lms: servant was ended by SIGKILL; starting it again in 1 s.\n" in supervised.said


def test_supervise_child_that_never_starts_is_given_up_with_its_last_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    child = Child("broken", [sys.executable, str(HERE / "servant.py"), "--die", "7"], ready="http://127.0.0.1:9/")

    with pytest.raises(StartFailed) as caught:
        supervise([child], state_dir=tmp_path, banner=lambda: "never printed")

    said = capsys.readouterr()
    assert caught.value.last == ["WARNING about to end"] * 3
    assert "ended with status 7, 3 times in a row" in str(caught.value)
    assert said.out == ""
    assert said.err.splitlines()[:2] == [
        "broken | WARNING about to end",
        "lms: broken ended with status 7; starting it again in 1 s.",
    ]
    assert (tmp_path / "logs" / "broken.log").read_text() == "WARNING about to end\n" * 3


def test_supervise_step_before_that_fails_starts_no_child(tmp_path: Path) -> None:
    step = Child("step", [sys.executable, "-c", "raise SystemExit(3)"])
    child = Child("child", [sys.executable, "-c", f"open({str(tmp_path / 'started')!r}, 'w')"])

    with pytest.raises(StartFailed, match="step ended with status 3"):
        supervise([child], before=[step], state_dir=tmp_path, banner=str)

    assert not (tmp_path / "started").exists()


def test_supervise_child_that_does_not_answer_in_time_is_named(tmp_path: Path) -> None:
    child = Child("silent", ["sleep", "600"], ready="http://127.0.0.1:9/")

    with pytest.raises(StartFailed, match=r"silent does not answer at http://127\.0\.0\.1:9/ after 1 s"):
        supervise([child], state_dir=tmp_path, banner=str, start_seconds=1)


def test_supervise_command_that_does_not_exist_says_so(tmp_path: Path) -> None:
    with pytest.raises(StartFailed) as caught:
        supervise([], before=[Child("none", ["/no/such/program"])], state_dir=tmp_path, banner=str)

    assert caught.value.last == ["CRITICAL /no/such/program cannot be started: No such file or directory"]

"""The demo as a program: ports, refusals, deaths, the second start. What it shows people is the stories' business."""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from lms.supervisor.ports import Ports, is_free
from lms.supervisor.readiness import answers
from tests.e2e.story.demo import ROOT, Demo, running_demo

SECONDS = 60


@dataclass(frozen=True, slots=True)
class Started:
    demo: Demo
    busy: int
    """A port that the demo would have liked."""

    @property
    def supervisor(self) -> psutil.Process:
        return psutil.Process(int((self.demo.state_dir / "web.pid").read_text()))

    def parts(self, *words: str) -> list[psutil.Process]:
        """Living processes of the family whose command line ends with these words."""
        return [one for one in self.supervisor.children(recursive=True) if command(one)[-len(words) :] == [*words]]

    def part(self, *words: str) -> psutil.Process:
        """The only such process."""
        (found,) = self.parts(*words)
        return found


def command(process: psutil.Process) -> list[str]:
    """The command line of a process; empty when it has ended."""
    try:
        return process.cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return []


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """A demo whose remembered port for the tool was taken meanwhile."""
    state_dir = tmp_path_factory.mktemp("demo") / "var"
    state_dir.mkdir()
    busy = quiet_port()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", busy))
        listener.listen()
        (state_dir / "ports.json").write_text(json.dumps({"tool": busy}))
        with running_demo(state_dir) as demo:
            yield Started(demo, busy)


def quiet_port() -> int:
    """The first of some free ports that no other demo asks for, and the kernel gives to no outgoing connection."""
    while True:
        first = 20000 + secrets.randbelow(10000)  # below net.ipv4.ip_local_port_range
        if all(is_free(port) for port in range(first, first + 6)):
            return first


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.2)


def address(url: str) -> str:
    """The same service for a program that does not resolve *.localhost."""
    return f"http://127.0.0.1:{urlsplit(url).port}/"


def lms(state_dir: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    variables = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    return subprocess.run(
        [sys.executable, "-m", "lms", *words],
        cwd=ROOT,
        env={**variables, "LMS_STATE_DIR": str(state_dir)},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )


def test_demo_answers_where_it_said_and_took_the_next_free_port(started: Started) -> None:
    demo = started.demo
    log = (demo.state_dir.parent / "demo.log").read_text()

    for url in (demo.tool, demo.hub, demo.school):  # another test may just have killed it
        until(lambda url=url: answers(address(url)))
    assert urlsplit(demo.tool).port != started.busy
    assert f"lms: port {started.busy} is busy: tool takes {urlsplit(demo.tool).port} instead.\n" in log
    assert [urlsplit(url).hostname for url in (demo.tool, demo.hub, demo.school)] == [
        "lms.localhost",
        "hub.localhost",
        "school.localhost",
    ]


@pytest.mark.parametrize("words", [("demo",), ("run",), ("run", "--only", "worker")])
def test_second_supervisor_of_the_same_state_is_refused_in_one_sentence(
    started: Started, words: tuple[str, ...]
) -> None:
    done = lms(started.demo.state_dir, *words)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert f"already runs (process {started.supervisor.pid})" in done.stderr


@pytest.mark.parametrize("words", [("-m", "lms", "serve", "worker"), ("-m", "lms_demo_platform")])
def test_part_that_was_killed_comes_back(started: Started, words: tuple[str, ...]) -> None:
    victim = started.part(*words)

    victim.kill()

    until(lambda: not command(victim))
    until(lambda: bool(started.parts(*words)))
    assert started.part(*words).pid != victim.pid


def test_hub_that_was_killed_comes_back_on_the_same_port_with_a_new_proxy(started: Started) -> None:
    hub = started.part("-m", "jupyterhub", "-f", str(ROOT / "jupyterhub_config.py"))
    family = hub.children(recursive=True)
    assert family

    hub.kill()

    until(lambda: not any(map(command, family)))
    until(lambda: answers(address(started.demo.hub) + "hub/health"))


def test_port_of_a_part_that_was_killed_is_not_given_to_another_demo(started: Started, tmp_path: Path) -> None:
    platform = started.part("-m", "lms_demo_platform")
    port = urlsplit(started.demo.school).port
    assert port is not None

    platform.kill()
    until(lambda: is_free(port))

    with Ports() as others:
        assert not others.take(port)
    until(lambda: answers(address(started.demo.school)))


def test_stopped_demo_leaves_no_process_and_starts_again_where_it_was(tmp_path: Path) -> None:
    state_dir = tmp_path / "var"
    state_dir.mkdir()
    port = quiet_port()
    (state_dir / "ports.json").write_text(json.dumps({"tool": port, "hub": port + 1, "platform": port + 2}))
    with running_demo(state_dir) as first:
        family = psutil.Process(int((state_dir / "web.pid").read_text())).children(recursive=True)
        assert len(family) > 8

    assert [one for one in family if command(one)] == []
    with running_demo(state_dir) as second:
        assert second == first
        assert all(answers(address(url)) for url in (second.tool, second.hub, second.school))

"""`python3 -m lms run` on an empty machine: the first administrator comes in by the link that it prints, once."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
import requests

from tests.e2e.story.demo import ROOT

START_SECONDS = 240.0
STOP_SECONDS = 30.0
LINK = re.compile(r"^Open (http\S+/welcome/\S+) .*works once\.$", re.MULTILINE)
READY = re.compile(r"^Open http\S+", re.MULTILINE)
PASSWORD = "четыре случайных слова подряд"


@pytest.fixture
def addresses() -> dict[str, str]:
    """Where tool and hub are to answer: a part that is started alone never moves, and the usual ports may be busy."""
    with socket.socket() as tool, socket.socket() as hub:
        for probe in (tool, hub):
            probe.bind(("127.0.0.1", 0))
        return {
            "LMS_TOOL_INTERNAL_URL": f"http://127.0.0.1:{tool.getsockname()[1]}",
            "LMS_HUB_INTERNAL_URL": f"http://127.0.0.1:{hub.getsockname()[1]}",
        }


@contextmanager
def running(state_dir: Path, addresses: Mapping[str, str], *words: str) -> Iterator[str]:
    """What `python3 -m lms run` printed until it was ready; ended as by Ctrl-C."""
    log = state_dir.parent / f"run-{time.monotonic_ns()}.log"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "lms", "run", *words],
            cwd=ROOT,
            env={**environment, **addresses, "LMS_STATE_DIR": str(state_dir)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        end = time.monotonic() + START_SECONDS
        while not READY.search(said := log.read_text(errors="replace")):
            assert process.poll() is None, f"it ended with {process.returncode}:\n{said[-3000:]}"
            assert time.monotonic() < end, f"it was not ready in {START_SECONDS:.0f} s:\n{said[-3000:]}"
            time.sleep(0.2)
        yield said
        family = psutil.Process(process.pid).children(recursive=True)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            status = process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    assert status == 0, log.read_text(errors="replace")[-3000:]
    assert "Received signal" not in log.read_text(errors="replace")
    assert psutil.wait_procs(family, timeout=STOP_SECONDS)[1] == []


class Browser:
    """A browser for a site at `*.localhost`, to which it sends cookies that are for trustworthy sites alone."""

    def __init__(self, site: str) -> None:
        parts = urlsplit(site)
        self._base = f"http://127.0.0.1:{parts.port}"
        self._host = parts.netloc
        self._cookies: dict[str, str] = {}

    def get(self, path: str) -> requests.Response:
        return self._send("GET", path)

    def post(self, path: str, **fields: str) -> requests.Response:
        """Fill in the form of this page."""
        token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', self.get(path).text)
        assert token is not None
        return self._send("POST", path, {"csrf_token": token[1], **fields})

    def _send(self, method: str, path: str, data: dict[str, str] | None = None) -> requests.Response:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {"Host": self._host, "Cookie": cookies, "Referer": f"http://{self._host}/"}
        answer = requests.request(
            method, self._base + path, headers=headers, data=data, allow_redirects=False, timeout=30
        )
        self._cookies.update({each.name: each.value or "" for each in answer.cookies})
        return answer


def test_run_prints_a_link_by_which_the_first_administrator_comes_in_once(
    tmp_path: Path, addresses: dict[str, str]
) -> None:
    state_dir = tmp_path / "var"
    with running(state_dir, addresses) as said:
        (link,) = LINK.findall(said)
        path = urlsplit(link).path
        first, second = Browser(link), Browser(link)
        assert "\n  1. Courses: " in said
        assert " | [I " not in said
        assert first.get("/admin").status_code == 302

        came_in = first.post(path, login="anna", password=PASSWORD, again=PASSWORD)

        assert (came_in.status_code, came_in.headers["Location"]) == (302, "/")
        assert first.get("/admin").status_code == 200
        assert second.get(path).status_code == 410
        with ThreadPoolExecutor(40) as crowd:  # five for each of the server's threads
            assert set(crowd.map(lambda _: Browser(link).get("/sign-in").status_code, range(80))) == {200}
    assert "queue depth" not in (state_dir / "logs" / "web.log").read_text()
    hub = (state_dir / "logs" / "hub.log").read_text()
    assert "JupyterHub is now running" in hub
    told = [line for line in hub.splitlines() if " JupyterHub log:" not in line]  # answers to requests
    assert [line for line in told if line.startswith(("[W ", "[E ", "[C "))] == []

    with running(state_dir, addresses, "--only", "web") as said:
        assert LINK.findall(said) == []
        third = Browser(READY.findall(said)[0].removeprefix("Open "))
        assert third.post("/sign-in", login="anna", password=PASSWORD).status_code == 302
        assert third.get("/admin").status_code == 200
        assert first.get("/admin").status_code == 200


def test_run_makes_a_new_link_at_each_start_until_somebody_came_in(tmp_path: Path, addresses: dict[str, str]) -> None:
    state_dir = tmp_path / "var"
    with running(state_dir, addresses, "--only", "web") as said:
        (lost,) = LINK.findall(said)

    with running(state_dir, addresses, "--only", "web") as said:
        (link,) = LINK.findall(said)
        browser = Browser(link)

        assert browser.get(urlsplit(lost).path).status_code == 410
        assert browser.get(urlsplit(link).path).status_code == 200

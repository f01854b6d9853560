"""The tool, its worker and the school as real processes on loopback ports."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from lms.settings import Settings
from lms_demo_platform.plugin import lms_children

START_SECONDS = 240
ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True)
class World:
    """Where everything answers. The tool is at 127.0.0.1 and the school at localhost, so their cookies never meet."""

    settings: Settings
    environment: Mapping[str, str]

    @property
    def tool(self) -> str:
        return self.settings.tool_public_url

    @property
    def school(self) -> str:
        return self.settings.platform_public_url

    def lms(self, *words: str) -> str:
        """Run `python3 -m lms …`; returns what it printed."""
        command = [sys.executable, "-m", "lms", *words]
        done = subprocess.run(
            command, check=False, env={**os.environ, **self.environment}, cwd=ROOT, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def make_world(state_dir: Path, *, tool_host: str = "127.0.0.1", school_host: str = "localhost") -> World:
    """Settings on free ports, the same for this process and for those to be started. Hosts are what browsers see."""
    tool, school = free_port(), free_port()
    environment = {
        "LMS_STATE_DIR": str(state_dir),
        "LMS_SECRET_KEY": "a secret of the tests, at least thirty-two bytes",
        "LMS_TOOL_PUBLIC_URL": f"http://{tool_host}:{tool}",
        "LMS_TOOL_INTERNAL_URL": f"http://127.0.0.1:{tool}",
        "LMS_PLATFORM_PUBLIC_URL": f"http://{school_host}:{school}",
        "LMS_PLATFORM_INTERNAL_URL": f"http://127.0.0.1:{school}",
        "LMS_DEMO": "true",
        "LMS_WORKER_HEARTBEAT_SECONDS": "0.5",
        "LMS_WORKER_LOST_SECONDS": "4",
    }
    values = {name.removeprefix("LMS_").lower(): value for name, value in environment.items()}
    return World(Settings.model_validate(values), environment)


@contextmanager
def running(world: World) -> Iterator[World]:
    """Everything started and answering; stopped at the end."""
    port = world.tool.rpartition(":")[2]
    (school,) = lms_children(world.settings)
    with ExitStack() as stack:
        stack.enter_context(process(world, ["-m", "lms", "serve", "web", "--port", port], log="web"))
        stack.enter_context(process(world, ["-m", "lms", "serve", "worker"], log="worker"))
        stack.enter_context(process(world, list(school.argv[1:]), log="school", more=school.env))
        for url in (
            f"{world.settings.tool_internal_url}/lti/jwks.json",
            f"{world.settings.platform_internal_url}/oidc/jwks",
        ):
            wait_for(url)
        yield world


@contextmanager
def process(
    world: World, arguments: list[str], *, log: str, more: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A Python process with the world's settings; its output is in the state directory."""
    world.settings.state_dir.mkdir(parents=True, exist_ok=True)
    with (world.settings.state_dir / f"{log}.log").open("ab") as output:
        child = subprocess.Popen(
            [sys.executable, *arguments],
            env={**os.environ, **world.environment, **(more or {})},
            cwd=ROOT,
            stdout=output,
            stderr=output,
        )
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(timeout=15)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def wait_for(url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            if requests.get(url, timeout=2).status_code == 200:
                return
        except requests.RequestException:
            time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")

"""Keeping one child alive."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from lms.supervisor import readiness
from lms.supervisor.children import Child
from lms.supervisor.errors import StartFailed
from lms.supervisor.leash import VARIABLE
from lms.supervisor.logs import Log
from lms.supervisor.rules import BackOff

CHUNK_BYTES = 65536
POLL_SECONDS = 0.1
EARLY_DEATHS = 3
"""A child that dies so often before it was ever ready won't come up by trying again."""


class Kept:
    """A child on its leash. `stop` ends it for good; the second call does not wait for it to be polite."""

    def __init__(
        self,
        child: Child,
        log: Log,
        state_dir: Path,
        *,
        grace_seconds: float,
        held: Sequence[int],
        say: Callable[[str], None],
        clear_strays: Callable[[], None],
    ) -> None:
        self.child = child
        self.log = log
        self.ready = asyncio.Event()
        self._state_dir = state_dir
        self._grace_seconds = grace_seconds
        self._held = held
        self._say = say
        self._clear_strays = clear_strays
        self._stopping = asyncio.Event()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The leash's process id while there is one."""
        return self._process.pid if self._process and self._process.poll() is None else None

    async def keep(self) -> None:
        """Start it again and again until `stop`. Raises StartFailed if it never comes up."""
        back_off = BackOff()
        while not self._stopping.is_set():
            began = time.monotonic()
            status = await self._live()
            if self._stopping.is_set():
                break
            back_off = back_off.after(lived_seconds=time.monotonic() - began)
            if not self.ready.is_set() and back_off.failures >= EARLY_DEATHS:
                raise self.failure(f"does not start: {_ending(status)}, {EARLY_DEATHS} times in a row")
            delay = back_off.delay_seconds
            self._say(f"{self.child.name} {_ending(status)}; starting it again in {delay:.0f} s.")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), delay)

    async def run_once(self) -> None:
        """Run it to its end. Raises StartFailed for an exit status that is not 0."""
        status = await self._live()
        if status != 0 and not self._stopping.is_set():
            raise self.failure(_ending(status))

    def stop(self) -> None:
        """Ask it to end; asked again, make it."""
        self._stopping.set()
        self.log.leave_terminal()
        if self._process is not None:
            self._process.terminate()

    def failure(self, reason: str) -> StartFailed:
        """What to raise when it gives no hope."""
        return StartFailed(self.child.name, reason, self.log.path, list(self.log.last))

    async def _live(self) -> int:
        """One life, from start to exit status (negative: of the leash, which was killed)."""
        self._process = process = self._start()
        output = process.stdout.fileno() if process.stdout else -1
        loop = asyncio.get_running_loop()
        loop.add_reader(output, self._take, output)
        watch = asyncio.create_task(self._watch_readiness())
        try:
            while (status := process.poll()) is None:  # noqa: ASYNC110 - the event is in another process
                await asyncio.sleep(POLL_SECONDS)
            if status < 0:
                self._clear_strays()
        finally:
            watch.cancel()
            loop.remove_reader(output)
        while self._take(output):
            pass
        if process.stdout:
            process.stdout.close()
        return status

    def _start(self) -> subprocess.Popen[bytes]:
        order = {
            "supervisor": os.getpid(),
            "grace": self._grace_seconds,
            "held": list(self._held),
            "argv": list(self.child.argv),
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "lms.supervisor.leash"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=self._held,
            start_new_session=True,  # a Ctrl-C on the terminal reaches the supervisor alone
            cwd=self.child.cwd or self._state_dir,
            env={**os.environ, **self.child.env, "PYTHONUNBUFFERED": "1", VARIABLE: json.dumps(order)},
        )
        if process.stdout:
            os.set_blocking(process.stdout.fileno(), False)
        return process

    def _take(self, output: int) -> bool:
        """Move what is there to the log; False when there is nothing (more)."""
        try:
            data = os.read(output, CHUNK_BYTES)
        except BlockingIOError:
            return False
        if data:
            self.log.write(data)
        else:
            asyncio.get_running_loop().remove_reader(output)
        return bool(data)

    async def _watch_readiness(self) -> None:
        if self.child.ready is not None:
            await readiness.wait_for(self.child.ready)
        self.ready.set()


def _ending(status: int) -> str:
    """Negative: the leash was killed; above 128: the child was, as shells count."""
    number = -status if status < 0 else status - 128
    with contextlib.suppress(ValueError):
        return f"was ended by {signal.Signals(number).name}"
    return f"ended with status {status}"

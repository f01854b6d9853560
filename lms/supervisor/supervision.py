"""Starting a set of children together, keeping them, and stopping them together."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path

from lms.supervisor.children import Child
from lms.supervisor.keeping import Kept
from lms.supervisor.logs import Log
from lms.supervisor.processes import adopt_orphans, descendants, kill_family

START_SECONDS = 180.0
GRACE_SECONDS = 10.0
"""Work that takes longer is durable and goes on at the next start."""


def supervise(
    children: Sequence[Child],
    *,
    state_dir: Path,
    banner: Callable[[], str],
    before: Sequence[Child] = (),
    verbose: bool = False,
    start_seconds: float = START_SECONDS,
    grace_seconds: float = GRACE_SECONDS,
    held: Sequence[int] = (),
) -> None:
    """Run `before` one after the other, start the children, print the banner when they answer.

    Then keep the children alive until SIGINT or SIGTERM (at once when they come a second time). Raises StartFailed
    if something does not come up; whatever the reason to leave, nothing that was started is left behind. The leashes
    hold the descriptors `held` open for as long as anything lives that they hold.
    """
    state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    adopt_orphans()  # of a leash that was killed
    others = frozenset(descendants(os.getpid()))  # whatever this process had started before
    supervision = _Supervision(state_dir, others, held, verbose=verbose, grace_seconds=grace_seconds)
    try:
        asyncio.run(supervision.run(children, before, banner, start_seconds))
    finally:
        kill_family(os.getpid(), spare=others)


def say(text: str) -> None:
    """A line of the supervisor's own on the terminal."""
    print(f"lms: {text}", file=sys.stderr, flush=True)  # noqa: T201 - this is the terminal's


class _Supervision:
    def __init__(
        self, state_dir: Path, others: frozenset[int], held: Sequence[int], *, verbose: bool, grace_seconds: float
    ) -> None:
        self._state_dir = state_dir
        self._held = held
        self._others = others
        self._verbose = verbose
        self._grace_seconds = grace_seconds
        self._kept: list[Kept] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = asyncio.Event()
        self._width = 0

    async def run(
        self,
        children: Sequence[Child],
        before: Sequence[Child],
        banner: Callable[[], str],
        start_seconds: float,
    ) -> None:
        self._width = max(len(child.name) for child in [*children, *before])
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop)
        try:
            for child in before:
                await self._unless_stopped(self._hold(child).run_once())
            kept = [self._hold(child) for child in children]
            if not self._stopping.is_set():
                self._tasks = [asyncio.create_task(one.keep()) for one in kept]
            await self._unless_stopped(self._all_ready(kept, start_seconds))
            if not self._stopping.is_set():
                print(banner(), flush=True)  # noqa: T201 - this is the terminal's
            await self._unless_stopped(self._stopping.wait())
        finally:
            if not self._stopping.is_set():
                self._stop()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            for one in self._kept:
                one.log.close()

    async def _unless_stopped(self, work: Coroutine[object, object, object]) -> None:
        """Wait for the work, for a signal, or for a child that gives up, whichever is first."""
        if self._stopping.is_set():
            work.close()
            return
        task = asyncio.ensure_future(work)
        stopped = asyncio.ensure_future(self._stopping.wait())
        await asyncio.wait([task, stopped, *self._tasks], return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if self._stopping.is_set() and not task.done():
            await asyncio.wait([task], timeout=self._grace_seconds)  # a step that was asked to stop
        for done in (task, *self._tasks):
            if done.done():
                done.result()
        task.cancel()

    async def _all_ready(self, kept: Sequence[Kept], seconds: float) -> None:
        """Raises StartFailed, naming the first that does not answer in time."""
        try:
            async with asyncio.timeout(seconds):
                for one in kept:
                    await one.ready.wait()
        except TimeoutError:
            late = next(one for one in kept if not one.ready.is_set())
            raise late.failure(f"does not answer at {late.child.ready} after {seconds:.0f} s") from None

    def _hold(self, child: Child) -> Kept:
        log = Log(child.name, self._state_dir / "logs", sys.stderr, width=self._width, verbose=self._verbose)
        kept = Kept(
            child,
            log,
            self._state_dir,
            grace_seconds=self._grace_seconds,
            held=self._held,
            say=say,
            clear_strays=self._clear_strays,
        )
        self._kept.append(kept)
        return kept

    def _stop(self) -> None:
        self._stopping.set()
        for one in self._kept:
            one.stop()

    def _clear_strays(self) -> None:
        """End the family of a leash that was killed: its orphans are ours now."""
        leashes = {one.pid for one in self._kept if one.pid is not None}
        kill_family(os.getpid(), spare=self._others | leashes)

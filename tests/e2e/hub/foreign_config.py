"""The hub as it is, but uanna's server is a program of her own: what she gets who breaks out of Jupyter's server.

It answers everything with a page of hers, which shows what cookies came along.
"""

import asyncio
import html

from lms.notebooks.hub.config import configure
from lms.notebooks.hub.spawner import SandboxSpawner
from lms.settings import Settings

NAME = "uanna"


class ForeignSpawner(SandboxSpawner):
    """Jupyter's server for everybody else."""

    _foreign: asyncio.Server | None = None

    async def start(self) -> str:
        if self.user.name != NAME:
            return await super().start()
        self._foreign = await asyncio.start_server(_answer, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._foreign.sockets[0].getsockname()[1]}"

    async def poll(self) -> int | None:
        return None if self._foreign else await super().poll()

    async def stop(self, now: bool = False) -> None:
        if self._foreign:
            self._foreign.close()
            self._foreign = None
        await super().stop(now)


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    cookies = [line.partition(": ")[2] for line in lines if line.lower().startswith("cookie: ")]
    page = f"<!doctype html><title>foreign</title><pre>{html.escape('; '.join(cookies))}</pre>".encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(page)}\r\nConnection: close\r\n\r\n"
    writer.write(head.encode() + page)
    await writer.drain()
    writer.close()


c = get_config()  # type: ignore[name-defined]  # noqa: F821 -- given by the loader
configure(c, Settings())
c.JupyterHub.spawner_class = ForeignSpawner
for option, value in list(c.SandboxSpawner.items()):
    c.ForeignSpawner[option] = value

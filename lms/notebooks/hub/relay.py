"""Byte relays between TCP on this host's loopback and unix sockets inside the sandboxes.

A sandbox has a network namespace of its own with nothing in it, so the only ways in and out are two kinds of sockets:
the server's own (the proxy reaches it through `serve_tcp`) and those of the hub and the tool (`serve_unix`).
"""

import asyncio
import os
import stat
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Connect = Callable[[], Awaitable[Streams]]

CHUNK_BYTES = 1 << 16


async def serve_tcp(socket_path: Path) -> tuple[asyncio.Server, int]:
    """Relay a free port of 127.0.0.1 to the unix socket; the port is returned with the running relay."""
    server = await asyncio.start_server(_handler(lambda: connect_unix(socket_path)), "127.0.0.1", 0)
    return server, int(server.sockets[0].getsockname()[1])


async def serve_unix(socket_path: Path, host: str, port: int) -> asyncio.Server:
    """Relay a new unix socket, open to every local uid that can see it, to host:port."""
    with suppress(FileNotFoundError):
        socket_path.unlink()
    directory = os.open(socket_path.parent, os.O_PATH | os.O_DIRECTORY)
    try:  # a unix address holds 107 bytes, a state directory may be deeper
        server = await asyncio.start_unix_server(
            _handler(lambda: asyncio.open_connection(host, port)), f"/proc/self/fd/{directory}/{socket_path.name}"
        )
    finally:
        os.close(directory)
    socket_path.chmod(0o666)
    return server


async def connect_unix(socket_path: Path) -> Streams:
    """Connect to a socket in a folder that a participant may write to.

    Raises ConnectionRefusedError when what lies there is no socket: a link planted there must not lead this process,
    which may be root, to a socket of the host.
    """
    handle = os.open(socket_path, os.O_PATH | os.O_NOFOLLOW)
    try:
        if not stat.S_ISSOCK(os.fstat(handle).st_mode):
            raise ConnectionRefusedError(f"{socket_path.name} is not a socket")
        return await asyncio.open_unix_connection(f"/proc/self/fd/{handle}")
    finally:
        os.close(handle)


def _handler(connect: Connect) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await connect()
        except OSError:
            writer.close()
            return
        try:
            await asyncio.gather(_copy(reader, far_writer), _copy(far_reader, writer))
        finally:
            writer.close()
            far_writer.close()

    return handle


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(CHUNK_BYTES):
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof() and not writer.is_closing():
            writer.write_eof()
    except OSError:  # one side is gone; aborting the other ends the copy in the opposite direction too
        writer.transport.abort()


def address(url: str) -> tuple[str, int]:
    """Host and port of an http(s) URL, the scheme's own port where none is written."""
    parts = urlsplit(url)
    if parts.hostname is None:
        raise ValueError(f"no host in {url!r}")
    return parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)

"""Byte relays between TCP on this host's loopback and unix sockets inside the sandboxes.

A sandbox has a network namespace of its own with nothing in it, so the only ways in and out are two kinds of sockets:
the server's own (the proxy reaches it through `serve_tcp`) and those of the hub and the tool (`serve_unix`).
"""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Connect = Callable[[], Awaitable[Streams]]

CHUNK_BYTES = 1 << 16
BACKLOG = 128
"""Connections that wait for a server to accept them."""


def listen_unix(socket_path: Path) -> socket.socket:
    """A new unix socket, listening, for whoever will answer there; callers wait meanwhile."""
    listening = socket.socket(socket.AF_UNIX)
    with _short(socket_path) as address:
        listening.bind(address)
    listening.listen(BACKLOG)
    return listening


async def serve_tcp(socket_path: Path) -> tuple[asyncio.Server, int]:
    """Relay a free port of 127.0.0.1 to the unix socket; the port is returned with the running relay."""
    server = await asyncio.start_server(_handler(lambda: connect_unix(socket_path)), "127.0.0.1", 0)
    return server, int(server.sockets[0].getsockname()[1])


async def serve_unix(socket_path: Path, host: str, port: int) -> asyncio.Server:
    """Relay a new unix socket, open to every local uid that can see it, to host:port."""
    with suppress(FileNotFoundError):
        socket_path.unlink()
    with _short(socket_path) as address:
        server = await asyncio.start_unix_server(_handler(lambda: asyncio.open_connection(host, port)), address)
    socket_path.chmod(0o666)
    return server


async def connect_unix(socket_path: Path) -> Streams:
    """Connect to a socket. Raises OSError: ConnectionRefusedError when nobody holds its other end any more."""
    with _short(socket_path) as address:
        return await asyncio.open_unix_connection(address)


@contextmanager
def _short(socket_path: Path) -> Iterator[str]:
    """A path to the same place within the 107 bytes of a unix address; a state directory may be deeper."""
    directory = os.open(socket_path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{directory}/{socket_path.name}"
    finally:
        os.close(directory)


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

"""Messages over a socket: a JSON object and raw buffers beside it, bounded in size."""

import json
import select
import socket
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_HEAD = struct.Struct("!II")
MAX_JSON_BYTES = 64 * 1024 * 1024
MAX_BUFFER_BYTES = 512 * 1024 * 1024
_CHUNK = 1 << 20
SECONDS = 10.0
"""How long one message may take from its first byte to its last."""


class Broken(Exception):
    """The other side is gone, or says what is no message."""


class Late(Exception):
    """Nothing has come yet; asking again is fine."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message; `buffers` are what its content refers to by position."""

    content: dict[str, Any]
    buffers: tuple[memoryview, ...] = ()


def send(connection: socket.socket, content: dict[str, Any], buffers: Sequence[bytes | memoryview] = ()) -> None:
    """Send one message. Raises Broken, ValueError when it is bigger than the other side would take."""
    sizes = [memoryview(buffer).nbytes for buffer in buffers]
    text = json.dumps({"m": content, "b": sizes}, allow_nan=False, separators=(",", ":")).encode()
    if len(text) > MAX_JSON_BYTES or sum(sizes) > MAX_BUFFER_BYTES:
        raise ValueError("the message is too big")
    try:
        connection.sendall(_HEAD.pack(len(text), len(sizes)) + text)
        for buffer in buffers:
            connection.sendall(buffer)
    except OSError as error:
        raise Broken(str(error)) from error


def receive(connection: socket.socket, *, wait: float | None = None, most: int = MAX_JSON_BYTES) -> Frame:
    """The next message. Raises Broken, and Late when it hasn't begun within `wait` seconds.

    `most` bounds its JSON in bytes. Once begun it has ten seconds to end, if there is a `wait`.
    """
    until = None
    if wait is not None:
        ready, _, _ = select.select([connection], [], [], max(0.0, wait))
        if not ready:
            raise Late
        until = time.monotonic() + SECONDS
    length, count = _HEAD.unpack(_exactly(connection, _HEAD.size, until))
    if length > most:
        raise Broken("the message is too big")
    try:
        parsed = json.loads(bytes(_exactly(connection, length, until)))
        content, sizes = parsed["m"], parsed["b"]
        sound = isinstance(content, dict) and len(sizes) == count and all(type(size) is int for size in sizes)
    except (ValueError, RecursionError, KeyError, TypeError) as error:
        raise Broken("what came is no message") from error
    if not sound or min(sizes, default=0) < 0 or sum(sizes) > MAX_BUFFER_BYTES:
        raise Broken("what came is no message")
    return Frame(content, tuple(memoryview(_exactly(connection, size, until)) for size in sizes))


def _exactly(connection: socket.socket, count: int, until: float | None) -> bytearray:
    """`count` bytes. The buffer grows with what came, so that a promise of much costs nothing."""
    data = bytearray()
    while len(data) < count:
        try:
            if until is not None:
                connection.settimeout(max(0.01, until - time.monotonic()))
            part = connection.recv(min(_CHUNK, count - len(data)))
        except OSError as error:
            raise Broken(str(error)) from error
        if not part:
            raise Broken("the other side is gone")
        data += part
    return data

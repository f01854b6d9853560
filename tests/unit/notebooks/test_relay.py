"""Relays carry bytes both ways, to sockets that may listen before somebody answers."""

import asyncio
from pathlib import Path

import pytest

from lms.notebooks.hub import relay


async def _shout(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write((await reader.read()).upper())
    await writer.drain()
    writer.close()


async def _ask(port: int, text: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(text)
    writer.write_eof()
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


def test_bytes_pass_from_port_to_socket_and_back(tmp_path: Path) -> None:
    async def scenario() -> bytes:
        tool = await asyncio.start_server(_shout, "127.0.0.1", 0)
        socket = tmp_path / ("deep" * 30) / "tool.sock"
        socket.parent.mkdir()
        out = await relay.serve_unix(socket, "127.0.0.1", tool.sockets[0].getsockname()[1])
        entrance, port = await relay.serve_tcp(socket)
        answer = await _ask(port, b"hello" * 50_000)
        for server in (entrance, out, tool):
            server.close()
        await asyncio.sleep(0.1)  # the relays let go of their connections
        return answer

    assert asyncio.run(scenario()) == b"HELLO" * 50_000


def test_connection_ends_when_nobody_listens(tmp_path: Path) -> None:
    async def scenario() -> bytes:
        entrance, port = await relay.serve_tcp(tmp_path / "missing.sock")
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
        entrance.close()
        return answer

    assert asyncio.run(scenario()) == b""


def test_callers_wait_for_whoever_answers_and_are_refused_when_it_is_gone(tmp_path: Path) -> None:
    async def scenario() -> bytes:
        path = tmp_path / ("deep" * 30) / "server.sock"
        path.parent.mkdir()
        listening = relay.listen_unix(path)
        reader, writer = await relay.connect_unix(path)
        writer.write(b"hello")
        writer.write_eof()
        server = await asyncio.start_unix_server(_shout, sock=listening)
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
        server.close()
        await asyncio.sleep(0.1)
        with pytest.raises(ConnectionRefusedError):
            await relay.connect_unix(path)
        return answer

    assert asyncio.run(scenario()) == b"HELLO"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8080", ("127.0.0.1", 8080)),
        ("https://lms.example.org/x", ("lms.example.org", 443)),
        ("http://tool/", ("tool", 80)),
    ],
)
def test_address_of_a_url(url: str, expected: tuple[str, int]) -> None:
    assert relay.address(url) == expected

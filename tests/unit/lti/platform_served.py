"""A platform's services on a loopback port, answering as a test says and remembering what was asked."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from lms.lti.access_tokens import PlatformClient, SigningKey
from lms.lti.http import PlatformHttp
from lms.lti.services import Caller, PlatformServices
from tests.unit.lti.tokens_made import PEM

NOW = datetime(2026, 11, 23, 9, 0, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    status: int = 200
    content: object = None
    headers: Mapping[str, str] = field(default_factory=dict)


Answering = Callable[[Asked], Reply]


@dataclass(slots=True)
class Served:
    """`asked` holds requests for services, `token_scopes` those of tokens. `token` is the next token's answer."""

    origin: str = ""
    answer: Answering = lambda asked: Reply()
    token: Callable[[int], Reply] = lambda number: Reply(200, {"access_token": f"t-{number}", "expires_in": 3600})
    asked: list[Asked] = field(default_factory=list)
    tokens: int = 0

    @property
    def base(self) -> str:
        return f"http://{self.origin}"

    def caller(self, *scopes: str, client_id: str = "tool-1", at: datetime = NOW) -> Caller:
        client = PlatformClient(client_id, f"{self.base}/token", frozenset({self.origin}))
        return Caller(client, SigningKey("k", PEM), frozenset(scopes), at)


def services() -> PlatformServices:
    return PlatformServices(PlatformHttp())


@contextmanager
def served() -> Iterator[Served]:
    platform = Served()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._serve("GET")

        def do_POST(self) -> None:
            self._serve("POST")

        def _serve(self, method: str) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path == "/token":
                platform.tokens += 1
                self._send(platform.token(platform.tokens))
                return
            asked = Asked(method, self.path, dict(self.headers), body)
            platform.asked.append(asked)
            self._send(platform.answer(asked))

        def _send(self, reply: Reply) -> None:
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if reply.content is not None:
                self.wfile.write(
                    reply.content if isinstance(reply.content, bytes) else json.dumps(reply.content).encode()
                )

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    platform.origin = f"127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield platform
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

"""The school on a database of its own, and a tool that does nothing but publish its keys."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from flask import Flask
from flask.testing import FlaskClient

from lms_demo_platform.app import create_app
from lms_demo_platform.config import SchoolConfig

TOOL_KID = "tool-key"


@pytest.fixture(scope="session")
def tool_key() -> RSAPrivateKey:
    """The tool's signing key."""
    return generate_private_key(65537, 2048)


@pytest.fixture(scope="session")
def tool_url(tool_key: RSAPrivateKey) -> Iterator[str]:
    """Where the tool publishes the public half."""
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(tool_key.public_key()))
    body = json.dumps({"keys": [{**public, "kid": TOOL_KID, "use": "sig", "alg": "RS256"}]}).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def config(tmp_path: Path, tool_url: str) -> SchoolConfig:
    return SchoolConfig(
        public_url="http://localhost",
        internal_url="http://localhost",
        tool_public_url="http://lms.example",
        tool_internal_url=tool_url,
        database=str(tmp_path / "school.sqlite"),
        secret="a secret of the school",
        consumer_secret="a secret shared with the tool",
    )


@pytest.fixture
def school(config: SchoolConfig) -> Iterator[Flask]:
    app = create_app(config)
    yield app
    app.extensions["school"].sessions.kw["bind"].dispose()


@pytest.fixture
def client(school: Flask) -> FlaskClient:
    return school.test_client()

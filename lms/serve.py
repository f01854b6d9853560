"""One part of the product in the foreground: what the supervisor starts, and what systemd or Kubernetes start."""

import logging
import os
import signal
import sys
from typing import Any

import click
from flask import Flask

from lms.app import create_app
from lms.clock import now
from lms.jobs.worker import WorkerProcess
from lms.settings import Settings
from lms.web.logs import init_logs

THREADS = 8
CONNECTIONS = 2000
"""Many more than browsers need: what holds a connection open and says nothing must not keep others out."""
SILENT_SECONDS = 30


@click.group()
def serve() -> None:
    """One part of the product in the foreground."""


@serve.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8080, show_default=True, type=click.IntRange(1, 65535))
def web(host: str, port: int) -> None:
    """The tool's pages and APIs."""
    from waitress import serve as waitress

    init_logs()
    # it warns of each request that finds all threads at work, and a browser sends six at once
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    settings = Settings()
    app = create_app(settings)
    waitress(
        app,
        host=host,
        port=port,
        threads=THREADS,
        connection_limit=CONNECTIONS,
        channel_timeout=SILENT_SECONDS,
        cleanup_interval=5,
        asyncore_use_poll=True,
        ident=None,
        max_request_body_size=settings.upload_limit + 2 * 2**20,
        clear_untrusted_proxy_headers=settings.trusted_proxies == 0,
    )


@serve.command()
def worker() -> None:
    """Background work."""
    init_logs()
    settings = Settings()
    work(settings, create_app(settings))


def work(settings: Settings, app: Flask) -> None:
    """Do background work until SIGTERM or SIGINT."""
    process = WorkerProcess(settings, app.extensions["lms.database"], now)

    def stop(_number: int, _frame: Any) -> None:
        process.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    process.run()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # a job that was put back runs on in a thread that an ordinary exit would wait for

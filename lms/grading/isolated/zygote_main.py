"""The warm process: has imported what notebooks import, knows no test and no secret, and forks into sandboxes.

Reads one order per message from descriptor 0, a unix socket; with each come two descriptors for the new process: its
control channel and its line to the other side. Started by zygote.py with `python -I`; ends when the socket does.
"""

import gc
import importlib
import json
import os
import random
import shutil
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from lms.grading.isolated.walls import Walls, enter

_ORDER_BYTES = 1 << 20


def _warm(modules: list[str]) -> None:
    for name in modules:
        with suppress(Exception):  # a package that is broken here breaks in the cell that imports it
            importlib.import_module(name)


def _reseed() -> None:
    """A fork has its parent's random state: every run would draw the same numbers."""
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()


def _become(order: dict[str, Any], channels: list[int]) -> None:
    control, line, report = channels
    keep = set(channels)
    for descriptor in [int(path.name) for path in Path("/proc/self/fd").iterdir()]:
        if descriptor > 2 and descriptor not in keep:
            with suppress(OSError):
                os.close(descriptor)
    null = os.open("/dev/null", os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    os.close(null)
    enter(
        Walls(
            **{
                **order["walls"],
                "roots": tuple(order["walls"]["roots"]),
                "calls": bytes.fromhex(order["walls"]["calls"]),
            }
        ),
        report,
    )
    os.close(report)
    _reseed()
    sides = socket.socket(fileno=control), socket.socket(fileno=line)
    if order["side"] == "participant":
        from lms.grading.isolated.participant import serve
    else:
        from lms.grading.isolated.tester import serve
    serve(*sides, order["options"])


def main() -> None:
    """Warm up, say so, then fork for each order, until whoever started us closes the channel or is gone."""
    channel = socket.socket(fileno=os.dup(0))
    settings = json.loads(channel.recv(_ORDER_BYTES))
    os.environ.clear()
    os.environ.update(settings["environment"])
    from lms.grading.isolated import participant, tester  # noqa: F401 -- warm as well

    participant.warm()
    _warm(settings["modules"])
    for package, own in (("numpy", "arrays"), ("pandas", "tables")):
        if package in sys.modules:  # inside there are none of our files
            importlib.import_module(f"lms.grading.isolated.{own}")
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who is inside is waited for by the process around it
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    channel.send(b"ready")
    while True:
        message, channels, _, _ = socket.recv_fds(channel, _ORDER_BYTES, 3)
        if not message:
            shutil.rmtree(settings["environment"]["IPYTHONDIR"], ignore_errors=True)
            return
        if os.fork() == 0:
            try:
                channel.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _become(json.loads(message), list(channels))
            except BaseException as error:  # noqa: BLE001 -- the end of the process, one way or another
                with suppress(OSError):
                    os.write(channels[2], f"error {type(error).__name__}: {error}\n".encode())
            finally:
                os._exit(0)
        for descriptor in channels:
            os.close(descriptor)

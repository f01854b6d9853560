"""Runs inside the sandbox: gives up what it doesn't need, then becomes the IPython kernel.

Standard library and ipykernel only: no other file of the project is visible there. Called with
HOME DATA FONTS MEMORY PROCESSES FILE_BYTES TEXT_BYTES UID CONNECTION_FILE; UID is -1 to stay who we are.
"""

import ctypes
import os
import resource
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1  # prctl(2)


def limit(memory: int, processes: int, file_bytes: int) -> None:
    """Set the ceilings of this process and its children (setrlimit(2)); they can't be raised again."""
    ceilings = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_NPROC: processes,
        resource.RLIMIT_FSIZE: file_bytes,
        resource.RLIMIT_NOFILE: 1024,
        resource.RLIMIT_CORE: 0,
    }
    for what, ceiling in ceilings.items():
        hard = resource.getrlimit(what)[1]
        value = ceiling if hard == resource.RLIM_INFINITY else min(ceiling, hard)
        resource.setrlimit(what, (value, value))


def become(uid: int) -> None:
    """Take another user id for good."""
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)


def bounded(write: Any, room: int) -> Any:
    """`OutStream.write` that swallows what a cell prints beyond `room` characters.

    A courtesy to a loop that prints for ever, so that it ends at its time limit with its first lines kept. It is no
    wall: the supervisor counts for itself.
    """
    printed: dict[tuple[int, str], int] = {}

    def bounded_write(stream: Any, text: Any) -> Any:
        cell = (id(stream), str(stream.parent_header.get("header", {}).get("msg_id")))
        before = printed.get(cell, 0)
        if isinstance(text, str):
            printed[cell] = before + len(text)
            if before > room:
                return len(text)
            text = text[: room - before + 1]
        return write(stream, text)

    return bounded_write


def main(arguments: list[str]) -> None:
    """Prepare and start; returns when the kernel ends."""
    home, data, fonts = (Path(argument) for argument in arguments[:3])
    memory, processes, file_bytes, text_bytes, uid = (int(argument) for argument in arguments[3:8])
    connection = Path(arguments[8])
    details = connection.read_text()
    if uid >= 0:
        become(uid)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    work = home / "work"
    shutil.copytree(data, work, dirs_exist_ok=True, copy_function=shutil.copyfile)
    shutil.copytree(fonts, home / ".cache" / "matplotlib", dirs_exist_ok=True, copy_function=shutil.copyfile)
    own_connection = home / "connection.json"
    own_connection.touch(mode=0o600)
    own_connection.write_text(details)
    os.chdir(work)
    limit(memory, processes, file_bytes)

    from ipykernel.iostream import OutStream
    from ipykernel.kernelapp import IPKernelApp

    OutStream.write = bounded(OutStream.write, text_bytes)  # type: ignore[method-assign]
    sys.argv = ["ipykernel_launcher"]
    # With a parent to name it prints no advice on how to stop it.
    settings = ["--HistoryManager.hist_file=:memory:", "--IPKernelApp.parent_handle=1"]
    IPKernelApp.launch_instance(["-f", str(own_connection), *settings])


if __name__ == "__main__":
    main(sys.argv[1:])

"""The walls around one participant's server, as arguments of bubblewrap.

Inside there are: the system's libraries, this Python with its packages and our server package, all read-only; the
participant's own home; a loopback that leads nowhere. The hub and the tool answer on two unix sockets.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import lms
from lms import seccomp

HOME = "/home/participant"
SOCKETS = "/run/lms/out"
PACKAGE = "/opt/lms"
INNER_UID = 1000
"""Who the participant is inside where user namespaces can map them; as root they keep their uid."""

_LIBRARIES = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
_ETC = ("/etc/alternatives", "/etc/fonts", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime")
_PACKAGE_PARTS = ("__init__.py", "notebooks/__init__.py", "notebooks/server")
TRY_SECONDS = 30.0
_SCRATCH_BYTES = 512 * 2**20


@dataclass(frozen=True, slots=True)
class Sandbox:
    """What one server may see and use; sizes in bytes."""

    bwrap: Path
    home: Path
    sockets: Path
    """Folder with hub.sock and tool.sock, the same for everyone."""
    entrance: int
    """Descriptor of the socket at which the server answers, listening already; the starter hands it down."""
    calls: int
    """Descriptor of what `opened_calls` gave, handed down too."""
    uid: int
    memory: int
    processes: int

    def command(self) -> list[str]:
        """The whole command line; the environment is handed over separately, since command lines are public."""
        python = [sys.executable, "-m", "lms.notebooks.server.start"]
        limits = ["--entrance", str(self.entrance), "--memory", str(self.memory), "--processes", str(self.processes)]
        drop = ["--uid", str(self.uid)] if os.geteuid() == 0 else []
        calls = ["--seccomp", str(self.calls)]
        return [str(self.bwrap), *calls, *_namespaces(), *self._files(), "--", *python, *limits, *drop]

    def _files(self) -> Iterator[str]:
        for path in map(Path, _LIBRARIES):
            if path.is_symlink():
                yield from ("--symlink", str(path.readlink()), str(path))
            elif path.is_dir():
                yield from ("--ro-bind", str(path), str(path))
        for name in _ETC:
            yield from ("--ro-bind-try", name, name)
        yield from ("--proc", "/proc", "--dev", "/dev")
        for scratch in ("/tmp", "/dev/shm"):  # noqa: S108 -- the sandbox's own
            yield from ("--size", str(_SCRATCH_BYTES), "--perms", "1777", "--tmpfs", scratch)
        for source, target in self._read_only():
            yield from (*_parents(target), "--ro-bind", source, target)
        yield from (*_parents(HOME), "--bind", str(self.home), HOME)
        yield from ("--remount-ro", "/dev", "--remount-ro", "/")  # else memory without a limit, in a user namespace

    def _read_only(self) -> Iterator[tuple[str, str]]:
        for prefix in dict.fromkeys((sys.prefix, sys.base_prefix)):
            if not prefix.startswith("/usr"):
                yield prefix, prefix
        package = Path(lms.__file__).parent
        for part in _PACKAGE_PARTS:
            yield str(package / part), f"{PACKAGE}/lms/{part}"
        yield str(self.sockets), SOCKETS


@contextmanager
def opened_calls() -> Iterator[int]:
    """A descriptor of the system calls that a server and its kernels may make, for one start.

    Jupyter's kernels need memory files; segments of System V would be held by no process, so that no watch sees them.
    Raises seccomp.UnknownMachine.
    """
    program = seccomp.program(memfd=True, system_v=False)
    descriptor = os.memfd_create("calls")
    try:
        os.write(descriptor, program)
        os.lseek(descriptor, 0, os.SEEK_SET)
        yield descriptor
    finally:
        os.close(descriptor)


def refusal(bwrap: Path) -> str | None:
    """Why this machine can't build the walls, in bubblewrap's words; None when it can."""
    try:
        with opened_calls() as calls:
            walls = ["--seccomp", str(calls), *_namespaces(), "--ro-bind", "/", "/", "--proc", "/proc"]
            command = [str(bwrap), *walls, "--", sys.executable, "-c", ""]
            tried = subprocess.run(
                command, capture_output=True, text=True, check=False, timeout=TRY_SECONDS, pass_fds=(calls,)
            )
    except seccomp.UnknownMachine as error:
        return f"no table of system calls for {error}"
    return None if tried.returncode == 0 else tried.stderr.strip()


def _namespaces() -> Iterator[str]:
    yield from ("--die-with-parent", "--new-session", "--hostname", "notebook")
    yield from ("--unshare-net", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try")
    if os.geteuid() == 0:
        yield from ("--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID")
        yield from ("--cap-add", "CAP_SETPCAP")  # `start` gives up these three too
    else:
        yield from ("--unshare-user", "--uid", str(INNER_UID), "--gid", str(INNER_UID), "--disable-userns")


def _parents(target: str) -> Iterator[str]:
    """bwrap makes missing parents of a mount 0700 for root, where another uid can't pass: make them first."""
    for parent in reversed(Path(target).parents[:-1]):
        yield from ("--dir", str(parent))

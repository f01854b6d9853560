"""Walking into a sandbox by fork: from a warm process into namespaces of one's own, with nothing to hold on to.

After `enter` returns we are process 1 of our own process namespace: when we end, the kernel ends all that we started.
Our root is a file system in memory with the Python installation in it, read-only. Measured: 10 to 20 ms.
"""

import os
import resource
import shutil
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lms.grading.isolated import system

HOME = "/home/participant"
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
_ETC = ("alternatives", "fonts", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "mime.types")
_DEVICES = ("null", "zero", "full", "random", "urandom")
_SHARED_MEMORY = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Walls:
    """One sandbox. Sizes in bytes."""

    roots: tuple[str, ...]
    """Folders outside of /usr that Python and its packages live in."""
    data: str
    """Its files are copied into the home."""
    uid: int
    """Who we become when we are root: one for each run, so that process limits and keyrings count apart."""
    memory: int
    disk: int
    file: int
    processes: int
    calls: bytes
    """The seccomp program."""


def enter(walls: Walls, report: int) -> None:
    """Go in. Of three processes one returns; the others wait for it and end.

    To the descriptor `report` is written the pid by which the outside knows process 1. Raises OSError where this
    machine forbids a wall.
    """
    system.die_with_parent()
    root = os.geteuid() == 0
    ids = os.geteuid(), os.getegid()
    spaces = system.NEWNS | system.NEWPID | system.NEWNET | system.NEWIPC | system.NEWUTS | system.NEWCGROUP
    system.unshare(spaces if root else spaces | system.NEWUSER)
    if not root:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"1000 {ids[0]} 1")
        Path("/proc/self/gid_map").write_text(f"1000 {ids[1]} 1")
    inside = os.fork()
    if inside:
        os.write(report, f"{inside}\n".encode())
        os.closerange(0, 256)  # whoever waits for the end of one of our channels waits for the one inside alone
        _, status = os.waitpid(inside, 0)
        os._exit(os.waitstatus_to_exitcode(status) & 0x7F)
    system.die_with_parent()
    _furnish(walls)
    _limit(walls)
    if root:
        os.setgroups([])
        os.setresgid(walls.uid, walls.uid, walls.uid)
        os.setresuid(walls.uid, walls.uid, walls.uid)
    system.give_up_privileges()
    system.die_with_parent()  # taking another user id took it away
    system.filter_calls(walls.calls)
    os.chdir(f"{HOME}/work")


def _furnish(walls: Walls) -> None:
    system.keep_mounts_private()
    paths = [Path(path) for path in (*_SYSTEM, *(f"/etc/{name}" for name in _ETC)) if Path(path).exists()]
    links = [(path, path.readlink()) for path in paths if path.is_symlink()]
    shown = [str(path) for path in paths if not path.is_symlink()]
    copies = [(path, system.read_only_copy(path)) for path in (*shown, *walls.roots)]
    devices = [(f"/dev/{name}", system.device_copy(f"/dev/{name}")) for name in _DEVICES]
    data = system.read_only_copy(walls.data)
    new = Path("/tmp")  # noqa: S108 -- a folder that every machine has; what is in it is copied above
    system.mount_memory(str(new), walls.disk)
    for target, handle in (*copies, *devices):
        _place(new / target[1:], folder=Path(f"/proc/self/fd/{handle}").is_dir())
        system.attach(handle, str(new / target[1:]))
    for path, there in links:
        (new / str(path)[1:]).symlink_to(there)
    for name, mode in (("tmp", 0o1777), ("dev/shm", 0o1777), ("proc", 0o555), ("data", 0o755), (HOME[1:], 0o755)):
        (new / name).mkdir(parents=True, exist_ok=True)
        (new / name).chmod(mode)
    system.attach(data, str(new / "data"))
    system.mount_memory(str(new / "dev" / "shm"), _SHARED_MEMORY, "1777")
    with suppress(OSError):  # a container that masks parts of its own /proc forbids it; nothing here needs one
        system.mount_processes(str(new / "proc"))
    system.enter_root(str(new))
    shutil.copytree("/data", f"{HOME}/work", dirs_exist_ok=True, copy_function=shutil.copyfile)
    if os.geteuid() == 0:
        for path in (Path(HOME), *Path(HOME).rglob("*")):
            os.chown(path, walls.uid, walls.uid)


def _place(path: Path, *, folder: bool) -> None:
    """Something to mount on."""
    if folder:
        path.mkdir(parents=True, exist_ok=True)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def _limit(walls: Walls) -> None:
    ceilings = {
        resource.RLIMIT_AS: walls.memory,
        resource.RLIMIT_NPROC: walls.processes,
        resource.RLIMIT_FSIZE: walls.file,
        resource.RLIMIT_NOFILE: 256,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    for what, ceiling in ceilings.items():
        hard = resource.getrlimit(what)[1]
        value = ceiling if hard == resource.RLIM_INFINITY else min(ceiling, hard)
        resource.setrlimit(what, (value, value))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # so that writing too much is an OSError, not the end

"""The system calls that Python has no name for (ctypes), and what they mean here."""

import ctypes
import os
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)

NEWNS, NEWCGROUP, NEWUTS, NEWIPC = 0x0002_0000, 0x0200_0000, 0x0400_0000, 0x0800_0000  # linux/sched.h
NEWUSER, NEWPID, NEWNET = 0x1000_0000, 0x2000_0000, 0x4000_0000
_OPEN_TREE, _MOVE_MOUNT, _MOUNT_SETATTR = 428, 429, 442  # the same on every machine
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_AT_EMPTY_PATH, _AT_RECURSIVE = 0x1000, 0x8000
_OPEN_TREE_CLONE = 1
_MOVE_FROM_EMPTY_PATH = 4
_RDONLY, _NOSUID, _NODEV = 1, 2, 4  # MOUNT_ATTR_…
_MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_REC, _MS_PRIVATE = 2, 4, 8, 0x4000, 0x4_0000
_MNT_DETACH = 2
_PDEATHSIG, _NO_NEW_PRIVS, _SET_SECCOMP, _CAPBSET_DROP, _SET_DUMPABLE = 1, 38, 22, 24, 4  # prctl(2)
_SECCOMP_FILTER = 2


def _check(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def _syscall(number: int, what: str, *arguments: object) -> int:
    return _check(_LIBC.syscall(ctypes.c_long(number), *arguments), what)


def unshare(flags: int) -> None:
    """Go into new namespaces; the manual is in section 2."""
    _check(_LIBC.unshare(ctypes.c_int(flags)), "unshare")


def prctl(option: int, *values: int) -> None:
    """Set something of this process; the manual is in section 2."""
    _check(_LIBC.prctl(ctypes.c_int(option), *(ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4])), "prctl")


def die_with_parent() -> None:
    """SIGKILL for us when the thread that started us ends."""
    prctl(_PDEATHSIG, 9)


class _Attributes(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("attr_set", "attr_clr", "propagation", "userns_fd")]


def read_only_copy(path: str) -> int:
    """A detached read-only mount of the tree at `path`, to be put somewhere by `attach`; its descriptor."""
    handle = _syscall(
        _OPEN_TREE,
        "open_tree",
        -100,
        ctypes.c_char_p(os.fsencode(path)),
        ctypes.c_uint(_OPEN_TREE_CLONE | _AT_RECURSIVE | os.O_CLOEXEC),
    )
    attributes = _Attributes(_RDONLY | _NOSUID | _NODEV, 0, 0, 0)
    _syscall(
        _MOUNT_SETATTR,
        "mount_setattr",
        handle,
        ctypes.c_char_p(b""),
        ctypes.c_uint(_AT_EMPTY_PATH | _AT_RECURSIVE),
        ctypes.byref(attributes),
        ctypes.c_size_t(ctypes.sizeof(attributes)),
    )
    return handle


def device_copy(path: str) -> int:
    """A detached mount of one device file."""
    return _syscall(
        _OPEN_TREE,
        "open_tree",
        -100,
        ctypes.c_char_p(os.fsencode(path)),
        ctypes.c_uint(_OPEN_TREE_CLONE | os.O_CLOEXEC),
    )


def attach(handle: int, target: str) -> None:
    """Put a detached mount at `target`, and close its descriptor."""
    _syscall(
        _MOVE_MOUNT,
        "move_mount",
        handle,
        ctypes.c_char_p(b""),
        -100,
        ctypes.c_char_p(os.fsencode(target)),
        ctypes.c_uint(_MOVE_FROM_EMPTY_PATH),
    )
    os.close(handle)


def _mount(source: str | None, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    texts = [None if text is None else os.fsencode(text) for text in (source, target, kind, data)]
    _check(_LIBC.mount(texts[0], texts[1], texts[2], ctypes.c_ulong(flags), texts[3]), f"mount {target}")


def keep_mounts_private() -> None:
    """What is mounted from now on stays in our namespace."""
    _mount(None, "/", None, _MS_REC | _MS_PRIVATE)


def mount_memory(target: str, size: int, mode: str = "0755") -> None:
    """A file system of at most `size` bytes in memory."""
    _mount("tmpfs", target, "tmpfs", _MS_NOSUID | _MS_NODEV, f"size={size},mode={mode},nr_inodes=20000")


def mount_processes(target: str) -> None:
    """/proc of our process namespace. Raises OSError where a container masks parts of its own."""
    _mount("proc", target, "proc", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC)


def enter_root(folder: str) -> None:
    """Make `folder` the root and let go of the old one (pivot_root(2), "." twice)."""
    os.chdir(folder)
    _syscall(_PIVOT_ROOT[os.uname().machine], "pivot_root", ctypes.c_char_p(b"."), ctypes.c_char_p(b"."))
    _check(_LIBC.umount2(b".", _MNT_DETACH), "umount2")
    os.chdir("/")


class _CapHeader(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


def give_up_privileges() -> None:
    """No capability is left, and none comes back by starting a program (capabilities(7))."""
    last = (
        int(Path("/proc/sys/kernel/cap_last_cap").read_text()) if Path("/proc/sys/kernel/cap_last_cap").exists() else 40
    )
    for capability in range(last + 1):
        _LIBC.prctl(_CAPBSET_DROP, ctypes.c_ulong(capability), 0, 0, 0)  # without CAP_SETPCAP there is nothing to drop
    header, nothing = _CapHeader(0x2008_0522, 0), (ctypes.c_uint32 * 6)()
    _check(_LIBC.capset(ctypes.byref(header), nothing), "capset")
    prctl(_NO_NEW_PRIVS, 1)


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def filter_calls(program: bytes) -> None:
    """Install a seccomp program (an array of struct sock_filter) for us and all that we start."""
    prctl(_NO_NEW_PRIVS, 1)
    structure = _Program(len(program) // 8, program)
    _check(_LIBC.prctl(_SET_SECCOMP, ctypes.c_ulong(_SECCOMP_FILTER), ctypes.byref(structure), 0, 0), "seccomp")

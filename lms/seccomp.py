"""Which system calls the code of participants may make: a program for bubblewrap's `--seccomp`.

Namespaces hide files, processes and the network, but one kernel serves all: its keyrings belong to a user id and not to
a sandbox, and a user namespace opens half of what only root could try otherwise. So these calls fail as if there were
no right to them. What is newer than this table "is not implemented", which is what libraries are prepared for.

The program is classic BPF over `struct seccomp_data`, packed by hand: slim containers have no libseccomp. See
seccomp(2), linux/filter.h for the instructions, linux/seccomp.h and linux/audit.h for the other numbers.
Both machines are little-endian, so the low half of an argument comes first.
"""

import errno
import platform
import struct
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

# The columns are x86_64 (syscall_64.tbl of the kernel) and aarch64 (asm-generic/unistd.h).
_NUMBERS: dict[str, tuple[int | None, int | None]] = {
    # Keyrings outlive a process and follow the user id: a letter-box between sandboxes.
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    # Namespaces and mounts.
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "fanotify_init": (300, 262),
    # Other processes and their memory.
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "move_pages": (279, 239),
    "migrate_pages": (256, 238),
    # Parts of the kernel that most of its holes were found in, and that no notebook needs.
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "memfd_secret": (447, 447),
    "modify_ldt": (154, None),
    "uselib": (134, None),
    "lookup_dcookie": (212, 18),
    "nfsservctl": (180, 42),
    # The machine itself.
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "reboot": (169, 142),
    "syslog": (103, 116),
    "acct": (163, 89),
    "vhangup": (153, 58),
    "iopl": (172, None),
    "ioperm": (173, None),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "adjtimex": (159, 171),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
}
_MEMFD: dict[str, tuple[int | None, int | None]] = {"memfd_create": (319, 279)}
# Segments and queues hold memory that belongs to no process.
_SYSTEM_V: dict[str, tuple[int | None, int | None]] = {
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "shmdt": (67, 197),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "msgctl": (71, 187),
    "semget": (64, 190),
    "semop": (65, 193),
    "semctl": (66, 191),
    "semtimedop": (220, 192),
    "mq_open": (240, 180),
}
_CLONE, _CLONE3, _SOCKET, _IOCTL = (56, 220), (435, 435), (41, 198), (16, 29)
_NEWEST = 462
"""mseal of Linux 6.10. From 424 on machines share their numbers. The calls of x32 begin at 0x40000000, far above."""

_NAMESPACES = 0x7E02_0000
"""CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET (linux/sched.h)."""
_FAMILIES = (1, 2, 10, 16)
"""AF_UNIX, AF_INET, AF_INET6, AF_NETLINK. Not AF_VSOCK, which no network namespace holds, nor AF_ALG, AF_PACKET, …"""
_TERMINAL = (0x5412, 0x541C)
"""TIOCSTI and TIOCLINUX type into a terminal as if its owner had."""

_LOAD, _JUMP_EQUAL, _JUMP_ABOVE, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x25, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
_ALLOW, _KILL_PROCESS, _FAIL = 0x7FFF_0000, 0x8000_0000, 0x0005_0000


class UnknownMachine(Exception):
    """There is no table of system calls for this machine, so no wall can be built here."""


@dataclass(frozen=True, slots=True)
class _Machine:
    column: int
    audit: int
    """AUDIT_ARCH_… of linux/audit.h."""


_MACHINES = {"x86_64": _Machine(0, 0xC000_003E), "aarch64": _Machine(1, 0xC000_00B7)}


def _machine(name: str | None) -> _Machine:
    if name is None and sys.maxsize < 2**32:
        raise UnknownMachine(f"Python for 32 bits on {platform.machine()}")
    name = name or platform.machine()
    if name not in _MACHINES:
        raise UnknownMachine(f"{name}; known are {', '.join(_MACHINES)}")
    return _MACHINES[name]


def call_number(name: str, *, machine: str | None = None) -> int:
    """The number of a denied system call. Raises UnknownMachine, and KeyError for one that isn't in the table."""
    number = (_NUMBERS | _MEMFD | _SYSTEM_V)[name][_machine(machine).column]
    if number is None:
        raise KeyError(name)
    return number


def _instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """`struct sock_filter`; the jumps count instructions to skip."""
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _fail(number: int) -> bytes:
    return _instruction(_RETURN, _FAIL | number)


def _unless(values: Iterable[int], verdict: bytes) -> Iterator[bytes]:
    """`verdict` if what is loaded equals none of the values."""
    rest = list(values)
    while rest:
        value = rest.pop(0)
        yield _instruction(_JUMP_EQUAL, value, len(rest) + 1)
    yield verdict


def _if_call(number: int, body: list[bytes]) -> Iterator[bytes]:
    """The body for one system call, which every way through the body ends."""
    yield _instruction(_JUMP_EQUAL, number, 0, len(body))
    yield from body


def _looked_into(column: int) -> Iterator[bytes]:
    """Calls that are denied by what they are asked for. The kernel reads the low halves of these arguments alone."""
    allow = _instruction(_RETURN, _ALLOW)
    flags, family = _instruction(_LOAD, _ARGUMENTS), _instruction(_LOAD, _ARGUMENTS)
    request = _instruction(_LOAD, _ARGUMENTS + 8)
    namespaces = [flags, _instruction(_JUMP_ANY_BIT, _NAMESPACES, 0, 1), _fail(errno.EPERM), allow]
    yield from _if_call(_CLONE[column], namespaces)
    yield from _if_call(_SOCKET[column], [family, *_unless(_FAMILIES, _fail(errno.EAFNOSUPPORT)), allow])
    typing = [
        instruction
        for value in _TERMINAL
        for instruction in (_instruction(_JUMP_EQUAL, value, 0, 1), _fail(errno.EPERM))
    ]
    yield from _if_call(_IOCTL[column], [request, *typing, allow])


def program(*, memfd: bool, system_v: bool, machine: str | None = None) -> bytes:
    """The filter. `memfd`, `system_v`: whether to allow memory that is counted for no process.

    It is for the machine we run on, or the one named ("x86_64", "aarch64"). Raises UnknownMachine.
    """
    here = _machine(machine)
    denied = _NUMBERS | ({} if memfd else _MEMFD) | ({} if system_v else _SYSTEM_V)
    code = [
        _instruction(_LOAD, _ARCHITECTURE),
        _instruction(_JUMP_EQUAL, here.audit, 1),
        _instruction(_RETURN, _KILL_PROCESS),  # numbers mean something else there: int 0x80 on x86_64
        _instruction(_LOAD, _NUMBER),
        _instruction(_JUMP_ABOVE, _NEWEST, 0, 1),
        _fail(errno.ENOSYS),
    ]
    for numbers in denied.values():
        number = numbers[here.column]
        if number is not None:
            code += [_instruction(_JUMP_EQUAL, number, 0, 1), _fail(errno.EPERM)]
    # Its flags lie in memory, where no filter can look. The C library then falls back to clone.
    code += [_instruction(_JUMP_EQUAL, _CLONE3[here.column], 0, 1), _fail(errno.ENOSYS)]
    code += [*_looked_into(here.column), _instruction(_RETURN, _ALLOW)]
    return b"".join(code)


def behind(path: Path, bubblewrap: list[str]) -> list[str]:
    """The command line that starts bubblewrap with the program in the file `path`.

    For whoever can't hand a descriptor down: the shell opens the file and becomes bubblewrap. `bubblewrap` is the whole
    command line, from the program's name on.
    """
    descriptor = "9"
    wall = [bubblewrap[0], "--seccomp", descriptor, *bubblewrap[1:]]
    return ["/bin/sh", "-c", f'exec "$@" {descriptor}<"$0"', str(path), *wall]

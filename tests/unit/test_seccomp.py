"""The program of system calls, run by a small machine of our own; the real kernel's turn is tests/e2e/grading_engine."""

import errno
import struct

import pytest

from lms import seccomp

AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
ALLOW, KILL, FAIL = 0x7FFF0000, 0x80000000, 0x00050000
NUMBERS = {
    "x86_64": {"getpid": 39, "clone": 56, "clone3": 435, "socket": 41, "ioctl": 16, "keyctl": 250, "memfd_create": 319},
    "aarch64": {
        "getpid": 172,
        "clone": 220,
        "clone3": 435,
        "socket": 198,
        "ioctl": 29,
        "keyctl": 219,
        "memfd_create": 279,
    },
}
machines = pytest.mark.parametrize("machine", ["x86_64", "aarch64"])


def verdict(program: bytes, number: int, *arguments: int, audit: int) -> int:
    """What the program answers to one call (seccomp(2): `struct seccomp_data`)."""
    values = [value & 2**64 - 1 for value in (*arguments, 0, 0, 0, 0, 0, 0)][:6]
    data = struct.pack("=IIQ6Q", number & 2**32 - 1, audit, 0, *values)
    code = list(struct.iter_unpack("=HBBI", program))
    at = loaded = 0
    while True:
        operation, if_true, if_false, value = code[at]
        at += 1
        match operation:
            case 0x20:
                loaded = struct.unpack_from("=I", data, value)[0]
            case 0x06:
                return int(value)
            case 0x15:
                at += if_true if loaded == value else if_false
            case 0x25:
                at += if_true if loaded > value else if_false
            case 0x45:
                at += if_true if loaded & value else if_false


def asked(machine: str, name: str, *arguments: int, memfd: bool = False) -> int:
    """The verdict on a call of that machine."""
    program = seccomp.program(memfd=memfd, system_v=False, machine=machine)
    return verdict(program, NUMBERS[machine][name], *arguments, audit=AUDIT[machine])


@machines
def test_program_ordinary_calls_are_allowed(machine):
    assert asked(machine, "getpid") == ALLOW
    assert asked(machine, "clone", 0x003D0F00) == ALLOW, "a thread"
    assert asked(machine, "socket", 1, 1) == ALLOW
    assert asked(machine, "ioctl", 1, 0x5413) == ALLOW, "the size of a terminal"


@machines
def test_program_keyring_and_newer_calls_fail(machine):
    assert asked(machine, "keyctl", 0) == FAIL | errno.EPERM
    assert asked(machine, "clone3") == FAIL | errno.ENOSYS
    program = seccomp.program(memfd=False, system_v=False, machine=machine)
    assert verdict(program, 463, audit=AUDIT[machine]) == FAIL | errno.ENOSYS


@machines
@pytest.mark.parametrize("upper", [0, 1 << 32], ids=["as it is", "with rubbish above"])
def test_program_arguments_decide_by_the_half_the_kernel_reads(machine, upper):
    assert asked(machine, "clone", 0x10000011 | upper) == FAIL | errno.EPERM, "a user namespace"
    assert asked(machine, "socket", 40 | upper, 1) == FAIL | errno.EAFNOSUPPORT, "a socket to the hypervisor"
    assert asked(machine, "ioctl", 0, 0x5412 | upper) == FAIL | errno.EPERM, "typing into a terminal"


@machines
def test_program_memfd_is_the_callers_choice(machine):
    assert asked(machine, "memfd_create") == FAIL | errno.EPERM
    assert asked(machine, "memfd_create", memfd=True) == ALLOW


def test_program_calls_of_another_machine_end_the_process():
    program = seccomp.program(memfd=False, system_v=False, machine="x86_64")

    assert verdict(program, 20, audit=0x40000003) == KILL, "getpid of i386"
    assert verdict(program, 0x40000000 | 39, audit=AUDIT["x86_64"]) == FAIL | errno.ENOSYS, "getpid of x32"
    assert verdict(program, -1, audit=AUDIT["x86_64"]) == FAIL | errno.ENOSYS


def test_program_unknown_machine_is_named():
    with pytest.raises(seccomp.UnknownMachine, match="riscv64; known are x86_64, aarch64"):
        seccomp.program(memfd=False, system_v=False, machine="riscv64")

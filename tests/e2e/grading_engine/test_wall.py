"""What a participant's code can reach. Each attempt is shown to succeed without the wall first."""

import ast
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lms.grading import engine
from lms.grading.engine import Isolation, Limits, ProcessExecutor, Status, sandbox
from lms.seccomp import call_number
from tests.factories import notebooks as nb
from tests.fixtures.absent import skip_without

ATTEMPTS = """
import os, socket, subprocess
reached = []
def attempt(name, action):
    try:
        if action(): reached.append(name)
    except Exception: pass
def readable(top):
    for path, _, files in os.walk(top):
        for file in files:
            try: yield open(os.path.join(path, file), "rb").read(10_000_000)
            except OSError: pass
attempt("network", lambda: socket.create_connection(("127.0.0.1", {port}), 2))
attempt("source", lambda: open({source!r}).read())
attempt("write", lambda: open({mark!r}, "w").write("x"))
attempt("processes", lambda: os.path.exists("/proc/{pid}/cmdline"))
attempt("hidden tests", lambda: any({backwards!r}[::-1].encode() in content for content in readable({scratch!r})))
os.system("setsid sleep {seconds} &")
print("REACHED", reached)
"""


@pytest.fixture
def port() -> Iterator[int]:
    """A server on this machine that takes connections."""
    with socket.create_server(("127.0.0.1", 0), backlog=10) as server:
        yield server.getsockname()[1]


def reached(lab: Any, port: int, folder: Path, isolation: Isolation) -> tuple[Isolation, set[str]]:
    """What the attempts reached with this isolation. They also leave a daemon behind, sleeping for `port` hours."""
    folder.mkdir()
    code = ATTEMPTS.format(
        port=port,
        source=str(lab.course / "source/lab/main.ipynb"),
        mark=str(folder / "mark"),
        pid=os.getpid(),
        backwards=lab.secret[::-1],
        scratch=str(folder),
        seconds=port * 3600,
    )
    executor = ProcessExecutor(isolation=isolation, scratch_root=folder)
    patient = Limits(cell_seconds=120, wall_seconds=280)  # the attempts take long on a busy machine
    result = lab.grade(lab.answered(shift=code), executor=executor, limits=patient)
    line = next(line for line in result.visible_output.splitlines() if line.startswith("REACHED"))
    return result.isolation, set(ast.literal_eval(line.removeprefix("REACHED ")))


def command_line(path: Path) -> bytes:
    """What a process was started with; empty when it is gone."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_wall_closes_all_that_is_open_without_it(lab: Any, port: int, tmp_path: Path) -> None:
    if sandbox.strongest() is Isolation.LIMITS_ONLY:
        skip_without("user namespaces", cure="sysctl -w kernel.unprivileged_userns_clone=1")

    without = reached(lab, port, tmp_path / "a", Isolation.LIMITS_ONLY)
    within = reached(lab, port, tmp_path / "b", sandbox.strongest())

    everything = {"network", "source", "write", "processes", "hidden tests"}
    assert without == (Isolation.LIMITS_ONLY, everything)
    assert within == (sandbox.strongest(), set())
    assert [path.name for path in tmp_path.glob("*/*")] == ["mark"], "written without the wall, and nothing else left"
    daemon = f"sleep\0{port * 3600}\0".encode()
    assert daemon not in [command_line(path) for path in Path("/proc").glob("[0-9]*/cmdline")]


CALLS = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def allowed(*call): return libc.syscall(*call) >= 0
key = allowed({add_key}, b"user", b"lms-test", b"a hidden test", 13, -4)
namespace = os.fork()
if namespace == 0: os._exit(not allowed({unshare}, 0x10000000))
print("CALLS", {{"keyring": key, "user namespace": os.waitpid(namespace, 0)[1] == 0, "user": os.getuid()}})
"""


def calls(lab: Any, isolation: Isolation) -> dict[str, Any]:
    """Which system calls went through in the run that is shown; -4 is the keyring of the user id, see keyctl(2)."""
    code = CALLS.format(add_key=call_number("add_key"), unshare=call_number("unshare"))
    result = lab.grade(lab.answered(shift=code), executor=ProcessExecutor(isolation=isolation))
    line = next(line for line in result.visible_output.splitlines() if line.startswith("CALLS"))
    answers: dict[str, Any] = ast.literal_eval(line.removeprefix("CALLS "))
    return answers


def test_wall_closes_keyrings_and_namespaces_that_are_open_without_it(lab: Any) -> None:
    without = calls(lab, Isolation.LIMITS_ONLY)
    if not (without["keyring"] and without["user namespace"]):
        skip_without("a keyring and user namespaces", cure="docker run --security-opt seccomp=unconfined")

    within = [calls(lab, sandbox.strongest()) for _ in range(2)]

    assert [(each["keyring"], each["user namespace"]) for each in within] == [(False, False)] * 2
    if os.geteuid() == 0:
        assert len({0, *(each["user"] for each in within)}) == 3, "each run has a user id of its own"


def test_executor_may_insist_on_a_sandbox(lab: Any) -> None:
    executor = ProcessExecutor(allow_limits_only=False, isolation=Isolation.LIMITS_ONLY)

    result = lab.grade(lab.answered(), executor=executor)

    assert (result.status, result.reason) == (Status.FAILED, "no_sandbox")


def as_nobody(command: list[str]) -> list[str]:
    """The command as an ordinary user, with the interpreter's folders passable for it."""
    home = Path(sys.base_prefix).resolve()
    closed = [parent for parent in home.parents if not parent.stat().st_mode & 0o001]
    become = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", *command]
    if not closed:
        return become
    # In a mount namespace of its own: an empty folder over the closed one, with the interpreter shown in it.
    script = (
        'aside=$(mktemp -d); mount --bind "$1" "$aside"; mount -t tmpfs -o mode=755 none "$2"; mkdir -p "$1"; '
        'mount --bind "$aside" "$1"; cd /; shift 2; exec "$@"'
    )
    return ["unshare", "-m", "--propagation", "private", "sh", "-c", script, "sh", str(home), str(closed[-1]), *become]


def test_cli_works_for_a_user_who_can_only_read(lab: Any, tmp_path: Path) -> None:
    if os.geteuid() == 0 and not (shutil.which("setpriv") and shutil.which("unshare")):
        skip_without("setpriv", cure="apt-get install util-linux")
    checkout = Path(engine.__file__).parents[3]
    course, submission = Path("/tmp") / f"lms-test-{os.getpid()}", tmp_path / "submission.ipynb"
    try:
        shutil.copytree(lab.course / "source", course / "source")
        submission = course / "submission.ipynb"
        submission.write_bytes(nb.encode(lab.answered()))
        course.chmod(0o755)
        for path in course.rglob("*"):
            path.chmod(0o555 if path.is_dir() else 0o444)
        program = f"import sys; sys.path.insert(0, {str(checkout)!r}); from lms.grading.engine.cli import grade_command; grade_command()"
        command = [sys.executable, "-B", "-c", program, str(course), "lab", str(submission), "--json"]

        done = subprocess.run(
            as_nobody(command) if os.geteuid() == 0 else command,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        )
    finally:
        subprocess.run(["chmod", "-R", "u+w", str(course)], check=True)
        shutil.rmtree(course)

    assert (done.returncode, done.stderr) == (0, "")
    assert f'"score": {sum(lab.points)},' in done.stdout
    assert '"isolation": "full", "mode": "isolated"' in done.stdout

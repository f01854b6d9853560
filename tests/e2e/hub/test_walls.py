"""What code in a notebook can reach and use. Each wall is first shown to be one: the same works on this side of it."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page

from lms.notebooks.server.start import FILE_BYTES
from lms.seccomp import call_number
from tests.e2e.hub.lab import connect, open_notebook, run, said
from tests.e2e.hub.running import AS_ORDINARY_USER, Hub, running

MEMORY = 900 * 2**20
PROCESSES = 120


@pytest.fixture(scope="module", params=[(), AS_ORDINARY_USER], ids=["as-started", "as-ordinary-user"])
def hub(request, tmp_path_factory):
    """A hub with small limits, as whoever runs the tests and as a user without any rights."""
    limits = {"LMS_NOTEBOOK_MEMORY": str(MEMORY), "LMS_NOTEBOOK_PROCESSES": str(PROCESSES)}
    with running(tmp_path_factory.mktemp("walls") / "var", limits, request.param) as hub:
        yield hub


@pytest.fixture(scope="module")
def pupil(browser: Browser, hub: Hub) -> Iterator[Page]:
    """A pupil's notebook with a connection to its kernel, opened once."""
    page = browser.new_page()
    open_notebook(page, hub, "uanna")
    connect(page, "uanna")
    yield page
    page.context.close()


@pytest.fixture(scope="module")
def other(browser: Browser, hub: Hub) -> Iterator[Page]:
    """Another pupil's notebook, on another computer."""
    page = browser.new_page()
    open_notebook(page, hub, "uboris")
    yield page
    page.context.close()


def _namespaces(pid: int | str) -> dict[str, str]:
    return {name: str(Path(f"/proc/{pid}/ns/{name}").readlink()) for name in ("net", "pid", "ipc", "uts", "mnt")}


def _open_files(pid: int) -> set[str]:
    found = set()
    for each in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            found.add(str(each.readlink()))
    return found


def _connects(host: str, port: int) -> str:
    return (
        "import socket\n"
        f"try: socket.create_connection(({host!r}, {port}), 2); print('open')\n"
        "except OSError as error: print('closed')"
    )


def test_server_lives_in_namespaces_of_its_own(pupil: Page, hub: Hub) -> None:
    server = hub.server_of("uanna")

    inner = _namespaces(server.pid)

    assert not set(inner.values()) & set(_namespaces("self").values())
    status = Path(f"/proc/{server.pid}/status").read_text()
    assert re.search(r"^CapEff:\s+0+$", status, re.MULTILINE)
    assert re.search(r"^CapBnd:\s+0+$", status, re.MULTILINE)
    assert re.search(r"^NoNewPrivs:\s+1$", status, re.MULTILINE)


def test_servers_have_uids_of_their_own_where_the_hub_may_give_them(pupil: Page, other: Page, hub: Hub) -> None:
    uids = {hub.server_of(name).uids().effective for name in ("uanna", "uboris")}

    if os.geteuid() == 0 and not hub.prefix:
        assert len(uids) == 2
        assert 0 not in uids
    else:
        assert uids == {os.geteuid()}


def test_network_ends_at_the_sandbox(pupil: Page, hub: Hub) -> None:
    with (
        socket.create_connection(("127.0.0.1", hub.hub_port), 2),
        socket.create_connection(("127.0.0.1", hub.tool_port), 2),
    ):
        pass

    assert said(pupil, _connects("127.0.0.1", hub.hub_port)) == "closed"
    assert said(pupil, _connects("127.0.0.1", hub.tool_port)) == "closed"
    assert said(pupil, _connects("10.0.0.1", 80)) == "closed"


def test_tool_and_hub_answer_on_their_sockets_alone(pupil: Page, hub: Hub) -> None:
    assert urlopen(f"{hub.inner_url}/hub/api", timeout=5).status == 200

    code = (
        "import http.client, socket, os\n"
        "for name, path in (('hub', '/hub/api'), ('tool', '/test/taken/nobody')):\n"
        "    web = http.client.HTTPConnection('localhost')\n"
        "    web.sock = socket.socket(socket.AF_UNIX); web.sock.connect(f'/run/lms/out/{name}.sock')\n"
        "    web.request('GET', path); print(web.getresponse().status)"
    )

    assert said(pupil, code).split("\n") == ["200", "200"]


def test_only_the_server_holds_the_socket_that_it_answers_at(pupil: Page, hub: Hub) -> None:
    entrances = hub.state_dir / "hub" / "entrances"
    folder = os.open(entrances, os.O_PATH)
    with socket.socket(socket.AF_UNIX) as probe:  # an address holds 107 bytes, the folder may be deeper
        probe.connect(f"/proc/self/fd/{folder}/uanna.sock")
    os.close(folder)
    listening = [line.split() for line in Path("/proc/net/unix").read_text().splitlines() if "uanna.sock" in line]
    numbers = {f"socket:[{words[6]}]" for words in listening if words[3] == "00010000"}
    assert numbers

    holders = {each.pid for each in hub.below() if numbers & _open_files(each.pid)}

    assert holders == {hub.server_of("uanna").pid}
    assert said(pupil, "import os; print(os.listdir('/run/lms'), os.listdir('/run'))") == "['out'] ['lms']"


def test_nothing_of_the_tool_or_of_others_can_be_read(pupil: Page, other: Page, hub: Hub) -> None:
    theirs = hub.state_dir / "hub" / "homes" / "uboris" / "data" / "population" / "population.ipynb"
    project = Path(__file__).parents[3]
    secret = [theirs, hub.state_dir / "hub" / "hub.sqlite", project / "lms" / "settings.py", project / "pyproject.toml"]
    assert all(path.exists() for path in secret)

    found = said(pupil, f"import os; print([path for path in {list(map(str, secret))!r} if os.path.exists(path)])")

    assert found == "[]"
    assert said(pupil, "print(os.listdir('/home'), os.listdir(os.path.expanduser('~/data')))") == (
        "['participant'] ['population']"
    )


def test_program_files_cannot_be_written(pupil: Page, hub: Hub) -> None:
    code = (
        "import sys, pathlib\n"
        "import lms.notebooks.server as server\n"
        "for place in (sys.prefix, '/usr', pathlib.Path(server.__file__).parent):\n"
        "    try: (pathlib.Path(place) / 'mark').write_text(''); print('written', place)\n"
        "    except OSError: print('kept')"
    )

    assert said(pupil, code).split("\n") == ["kept"] * 3


def test_system_calls_past_the_walls_fail(pupil: Page, hub: Hub) -> None:
    numbers = [call_number(name) for name in ("shmget", "kcmp", "unshare", "memfd_create")]
    code = (
        "import ctypes, os\n"
        "call, me = ctypes.CDLL(None).syscall, os.getpid()\n"
        f"segment, compare, unshare, file = {numbers}\n"
        f"made = call(segment, 0, 4096, {0o1600})\n"
        f"if made != -1: call({call_number('shmctl')}, made, 0, None)\n"
        "print(made != -1, call(compare, me, me, 1, 0, 0) == 0, call(unshare, 0x200) == 0, call(file, b'', 0) > 0)"
    )
    outside = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert outside.strip() == "True True True True"

    assert said(pupil, code) == "False False False True"


def test_root_of_the_sandbox_is_no_writable_memory(pupil: Page, hub: Hub) -> None:
    code = (
        "import errno, os\n"
        "for place in ('/', '/home', '/opt', '/run', '/dev', os.path.expanduser('~'), '/tmp', '/dev/shm'):\n"
        "    try: os.rmdir(os.mkdir(f'{place}/mark') or f'{place}/mark'); print('written')\n"
        "    except OSError as error: print(errno.errorcode[error.errno])"
    )

    assert said(pupil, code).split("\n") == ["EROFS"] * 5 + ["written"] * 3


def test_file_longer_than_its_limit_cannot_be_made(pupil: Page, hub: Hub, tmp_path: Path) -> None:
    code = (
        "import errno, os\n"
        "with open('long', 'wb') as file:\n"
        "    for size in (SIZE, SIZE + 1):\n"
        "        try: file.truncate(size); print('made')\n"
        "        except OSError as error: print(errno.errorcode[error.errno])\n"
        "os.remove('long')"
    ).replace("SIZE", str(FILE_BYTES))
    outside = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert outside.stdout.split() == ["made", "made"]

    assert said(pupil, code).split() == ["made", "EFBIG"]


def test_one_process_that_takes_too_much_gets_a_memory_error(pupil: Page, hub: Hub) -> None:
    assert said(pupil, f"print(len(bytearray({MEMORY // 4})))") == str(MEMORY // 4)

    answer = run(pupil, f"b = bytearray({MEMORY * 2})")

    assert answer == {"status": "error", "said": "MemoryError"}
    assert said(pupil, "print('alive')") == "alive"


def test_processes_are_counted(pupil: Page, hub: Hub) -> None:
    limit = "import resource; print(resource.getrlimit(resource.RLIMIT_NPROC))"
    assert said(pupil, limit) == f"({PROCESSES}, {PROCESSES})"
    if hub.prefix and os.geteuid() == 0:
        return  # the kernel holds nobody to it who is root outside the namespace (copy_process in kernel/fork.c)
    code = (
        "import subprocess\n"
        "children = []\n"
        "try:\n"
        f"    for _ in range({PROCESSES * 2}): children.append(subprocess.Popen(['sleep', '60']))\n"
        "except OSError as error: print(type(error).__name__)\n"
        f"print(5 < len(children) < {PROCESSES})\n"
        "for child in children: child.kill(); child.wait()"
    )

    assert said(pupil, code).split("\n") == ["BlockingIOError", "True"]


def test_processes_that_take_too_much_together_end_the_kernel_and_not_the_server(pupil: Page, hub: Hub) -> None:
    server = hub.server_of("uanna")
    hog = f"import time; held = bytearray(b'x') * {MEMORY // 2}; time.sleep(120)"
    code = f"import subprocess, sys; hogs = [subprocess.Popen([sys.executable, '-c', {hog!r}]) for _ in range(3)]"
    assert run(pupil, code)["status"] == "ok"

    gone = run(  # the watch ends one of them, or the kernel: then the websocket says nothing more
        pupil,
        "import time\nfor _ in range(60):\n    time.sleep(0.5)\n    if any(h.poll() is not None for h in hogs): break\n"
        "print([h.poll() for h in hogs if h.poll() is not None])\nfor h in hogs: h.kill()",
        45_000,
    )

    assert "-9" in gone.get("said", "-9")
    assert server.is_running()

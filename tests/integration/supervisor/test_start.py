"""What a start takes hold of: ports, the state directory, the addresses handed to every process."""

import io
import json
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Timer

import pytest

from lms.settings import Settings
from lms.supervisor.claim import claimed
from lms.supervisor.demo import DemoPerson, announce, remember_people, remembered_people
from lms.supervisor.errors import AlreadyRunning, NoFreePort, OtherProgramme, PortBusy
from lms.supervisor.logs import FILE_BYTES, Log
from lms.supervisor.ports import Ports, choose_ports, is_free
from lms.supervisor.programme import keep_apart, place


@pytest.fixture
def busy() -> Iterator[int]:
    """A port that somebody listens on; the next ones are probably free."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.fixture
def ports() -> Iterator[Ports]:
    """The ports that this start keeps."""
    with Ports() as kept:
        yield kept


def no_words(text: str) -> None:
    raise AssertionError(f"nothing was to be said, but: {text}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_choose_ports_that_are_free_takes_them_and_says_nothing(tmp_path: Path, ports: Ports) -> None:
    port = free_port()

    assert choose_ports(tmp_path / "ports.json", {"tool": port}, ports, no_words) == {"tool": port}


def test_choose_ports_when_one_is_busy_takes_the_next_free_one_and_says_so(
    tmp_path: Path, busy: int, ports: Ports
) -> None:
    said: list[str] = []

    chosen = choose_ports(tmp_path / "ports.json", {"tool": busy, "hub": busy + 1}, ports, said.append)

    assert chosen["tool"] > busy
    assert chosen["hub"] not in {busy, chosen["tool"]}
    assert said[0] == f"port {busy} is busy: tool takes {chosen['tool']} instead."
    assert all(is_free(port) for port in chosen.values())


def test_choose_ports_of_the_last_start_are_taken_again(tmp_path: Path, busy: int, ports: Ports) -> None:
    file = tmp_path / "ports.json"
    with Ports() as earlier:
        first = choose_ports(file, {"tool": busy}, earlier, lambda _text: None)

    assert choose_ports(file, {"tool": busy}, ports, no_words) == first


def test_choose_ports_waits_for_one_of_the_last_start_that_is_being_let_go_of(
    tmp_path: Path, busy: int, ports: Ports
) -> None:
    file = tmp_path / "ports.json"
    file.write_text(json.dumps({"tool": busy + 1}))
    leaving = socket.socket()
    leaving.bind(("127.0.0.1", busy + 1))
    leaving.listen()
    Timer(0.5, leaving.close).start()

    assert choose_ports(file, {"tool": busy}, ports, no_words) == {"tool": busy + 1}


@pytest.mark.parametrize("content", ["", "[]", '{"tool": "x"}', '{"tool": 0}'])
def test_choose_ports_with_a_spoilt_file_begins_with_the_defaults(tmp_path: Path, content: str, ports: Ports) -> None:
    port = free_port()
    (tmp_path / "ports.json").write_text(content)

    assert choose_ports(tmp_path / "ports.json", {"tool": port}, ports, no_words) == {"tool": port}


def test_choose_ports_at_the_end_of_the_range_refuses(tmp_path: Path, ports: Ports) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 65535))
        listener.listen()

        with pytest.raises(NoFreePort):
            choose_ports(tmp_path / "ports.json", {"tool": 65535}, ports, no_words)


def test_choose_ports_passes_over_one_that_a_living_supervisor_keeps_though_nobody_listens(
    tmp_path: Path, ports: Ports
) -> None:
    program = "import sys; from lms.supervisor.ports import Ports\n"
    program += "with Ports() as ports: print(ports.take(int(sys.argv[1])), flush=True); sys.stdin.read()"
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-c", program, str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "True\n"
        assert is_free(port)

        chosen = choose_ports(tmp_path / "ports.json", {"tool": port}, ports, lambda _text: None)
        holder.kill()

    assert chosen["tool"] > port
    assert ports.take(port)


def test_is_free_sees_a_listener_on_the_other_loopback_address() -> None:
    with socket.socket(socket.AF_INET6) as listener:
        listener.bind(("::1", 0))
        listener.listen()

        assert not is_free(listener.getsockname()[1])


def test_claimed_twice_is_refused_with_the_holders_process_until_it_ends(tmp_path: Path) -> None:
    program = "import sys, pathlib; from lms.supervisor.claim import claimed\n"
    program += "with claimed(pathlib.Path(sys.argv[1]), ['web', 'hub'], print):\n"
    program += "    print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"

        with pytest.raises(AlreadyRunning) as caught, claimed(tmp_path, ["worker", "hub"], no_words):
            pass
        with claimed(tmp_path, ["worker"], no_words):
            pass
        holder.kill()

    assert str(holder.pid) in str(caught.value)
    with claimed(tmp_path, ["web", "worker", "hub"], no_words):
        pass


def test_keep_apart_refuses_a_demo_among_real_people_and_the_other_way_round(tmp_path: Path) -> None:
    for kind, name in ((True, "a demo"), (False, "a real programme")):
        state_dir = tmp_path / name
        keep_apart(state_dir, demo=kind)
        keep_apart(state_dir, demo=kind)

        with pytest.raises(OtherProgramme, match=f"holds {name}"):
            keep_apart(state_dir, demo=not kind)


def test_place_of_a_demo_gives_each_service_a_site_of_its_own(tmp_path: Path, ports: Ports) -> None:
    variables = place(Settings(state_dir=tmp_path), demo=True, ports=ports, say=lambda _text: None)

    chosen = json.loads((tmp_path / "ports.json").read_text())
    assert variables == {
        "LMS_STATE_DIR": str(tmp_path),
        "LMS_DEMO": "true",
        "LMS_TOOL_INTERNAL_URL": f"http://127.0.0.1:{chosen['tool']}",
        "LMS_TOOL_PUBLIC_URL": f"http://lms.localhost:{chosen['tool']}",
        "LMS_HUB_INTERNAL_URL": f"http://127.0.0.1:{chosen['hub']}",
        "LMS_HUB_PUBLIC_URL": f"http://hub.localhost:{chosen['hub']}",
        "LMS_PLATFORM_INTERNAL_URL": f"http://127.0.0.1:{chosen['platform']}",
        "LMS_PLATFORM_PUBLIC_URL": f"http://school.localhost:{chosen['platform']}",
    }
    assert len(set(chosen.values())) == 3


def test_place_leaves_configured_addresses_alone_and_refuses_if_one_is_busy(
    tmp_path: Path, busy: int, ports: Ports
) -> None:
    port = free_port()

    settings = configured(tmp_path, port, "https://lms.example.org")
    variables = place(settings, demo=False, ports=ports, say=lambda _text: None)

    assert not [name for name in variables if name.startswith("LMS_TOOL")]
    with pytest.raises(PortBusy, match=f"port {busy}"):
        place(configured(tmp_path, busy, "https://lms.example.org"), demo=False, ports=ports, say=no_words)


def test_place_with_an_internal_address_alone_names_this_machine_for_browsers(tmp_path: Path, ports: Ports) -> None:
    port = free_port()
    settings = Settings(state_dir=tmp_path, tool_internal_url=f"http://127.0.0.1:{port}")

    variables = place(settings, demo=False, ports=ports, say=lambda _text: None)

    assert variables["LMS_TOOL_PUBLIC_URL"] == f"http://lms.localhost:{port}"


def test_place_of_one_part_neither_asks_for_nor_moves_the_ports_of_the_others(tmp_path: Path, ports: Ports) -> None:
    moved = {"tool": free_port(), "hub": free_port()}
    (tmp_path / "ports.json").write_text(json.dumps(moved))

    variables = place(Settings(state_dir=tmp_path), demo=False, ports=ports, say=no_words, only=["worker"])

    assert variables["LMS_TOOL_INTERNAL_URL"] == "http://127.0.0.1:8080"
    assert variables["LMS_HUB_INTERNAL_URL"] == "http://127.0.0.1:8081"
    assert json.loads((tmp_path / "ports.json").read_text()) == moved


def test_choose_ports_of_a_real_programme_returns_to_the_usual_one_when_it_is_free(
    tmp_path: Path, busy: int, ports: Ports
) -> None:
    file, said = tmp_path / "ports.json", list[str]()
    with Ports() as earlier:
        moved = choose_ports(file, {"tool": busy}, earlier, said.append, stay=False)
    usual = free_port()
    file.write_text(json.dumps(moved))

    back = choose_ports(file, {"tool": usual}, ports, no_words, stay=False)

    assert moved["tool"] > busy
    assert said == [f"port {busy} is busy: tool takes {moved['tool']} instead."]
    assert back == {"tool": usual}


def configured(state_dir: Path, port: int, public_url: str) -> Settings:
    return Settings(state_dir=state_dir, tool_public_url=public_url, tool_internal_url=f"http://127.0.0.1:{port}")


def test_announce_writes_the_file_for_scripts_and_one_line_for_people(tmp_path: Path) -> None:
    people = [DemoPerson("tutor", "olga", "one"), DemoPerson("tutor", "ivan", "two"), DemoPerson("admin", "ada", "x")]
    settings = Settings(state_dir=tmp_path, platform_public_url="http://school.localhost:3")
    remember_people(tmp_path, people)

    line = announce(settings, remembered_people(tmp_path))

    file = tmp_path / "demo.json"
    assert json.loads(file.read_text()) == {
        "tool": "http://lms.localhost:8080",
        "hub": "http://hub.localhost:8081",
        "platform": "http://school.localhost:3",
        "people": [
            {"role": "tutor", "login": "olga", "password": "one"},
            {"role": "tutor", "login": "ivan", "password": "two"},
            {"role": "admin", "login": "ada", "password": "x"},
        ],
    }
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert line == (
        "Open http://lms.localhost:8080 (school: http://school.localhost:3); sign in as tutor olga / one, admin ada / x"
    )


def test_log_shows_whole_lines_and_keeps_every_byte(tmp_path: Path) -> None:
    terminal = io.StringIO()
    log = Log("web", tmp_path, terminal, width=6, verbose=True)

    for data in (b"one\ntw", "о: приве".encode()[:-1], "е".encode()[-1:] + "т\r\nlast".encode()):
        log.write(data)
    log.close()

    assert terminal.getvalue() == "web    | one\nweb    | twо: привет\nweb    | last\n"
    assert log.path.read_bytes() == "one\ntwо: привет\r\nlast\n".encode()
    assert list(log.last) == ["one", "twо: привет", "last"]


def test_log_that_left_the_terminal_goes_on_in_the_file_alone(tmp_path: Path) -> None:
    terminal = io.StringIO()
    log = Log("hub", tmp_path, terminal, width=3, verbose=True)
    log.write(b"[I] one\n")

    log.leave_terminal()
    log.write(b"[C] Received signal SIGTERM, initiating shutdown...\n")
    log.close()

    assert terminal.getvalue() == "hub | [I] one\n"
    assert log.path.read_bytes() == b"[I] one\n[C] Received signal SIGTERM, initiating shutdown...\n"


def test_log_that_grew_long_is_turned_over(tmp_path: Path) -> None:
    log = Log("web", tmp_path, io.StringIO(), width=3, verbose=False)
    line = b"x" * 1023 + b"\n"

    for _ in range(5):
        log.write(line * (FILE_BYTES // 1024 + 1))
    log.write(line)
    log.close()

    assert sorted(path.name for path in tmp_path.iterdir()) == ["web.log", "web.log.1", "web.log.2", "web.log.3"]
    assert log.path.read_bytes() == line

"""The product as children: web, worker, hub, and what plugins add."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from lms.settings import Settings
from lms.supervisor.children import Child
from lms.supervisor.errors import OtherProgramme, PortBusy
from lms.supervisor.ports import Ports, choose_ports

PARTS = ("web", "worker", "hub")
HOSTS = {"tool": "lms.localhost", "hub": "hub.localhost", "platform": "school.localhost"}
"""Three sites for a browser, though all are this machine: cookies are kept apart by host, not by port."""

PARTS_OF = {"tool": "web", "hub": "hub", "platform": "platform"}
DEFAULT_PORTS = {"tool": 8080, "hub": 8081, "platform": 8082}


def keep_apart(state_dir: Path, *, demo: bool) -> None:
    """Raises OtherProgramme if the state directory belongs to a real programme and this is a demo, or vice versa."""
    file = state_dir / "kind"
    kind = "demo" if demo else "run"
    state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = file.read_text().strip() if file.exists() else kind
    if found != kind:
        raise OtherProgramme(state_dir, found)
    file.write_text(kind)


def place(
    settings: Settings, *, demo: bool, ports: Ports, say: Callable[[str], None], only: Sequence[str] | None = None
) -> dict[str, str]:
    """Environment variables that tell every process where the services are.

    A port that somebody configured stays as it is; the others get free ones: in a demo those of its last start, in a
    real programme the usual ones again as soon as they are free. Where only the internal address was
    configured, the public one is this machine's own name for it. With `only` some parts, the others run elsewhere and
    could not be told of a move: nothing moves then. Raises PortBusy for a port that may not move.
    """
    common = {"LMS_STATE_DIR": str(settings.state_dir.absolute()), "LMS_DEMO": str(demo).lower()}
    names = ("tool", "hub", "platform") if demo else ("tool", "hub")
    file = settings.state_dir / "ports.json"
    configured = {
        name: urlsplit(getattr(settings, f"{name}_internal_url")).port or 80
        for name in names
        if f"{name}_internal_url" in settings.model_fields_set
    }
    usual = {name: DEFAULT_PORTS[name] for name in names if name not in configured}
    settled = {**configured, **usual} if only else configured
    for name, port in settled.items():
        if (not only or PARTS_OF[name] in only) and not ports.take(port):
            raise PortBusy(name, port)
    chosen = choose_ports(
        file, {name: port for name, port in usual.items() if name not in settled}, ports, say, stay=demo
    )
    for name, port in {**settled, **chosen}.items():
        if name not in configured:
            common[f"LMS_{name.upper()}_INTERNAL_URL"] = f"http://127.0.0.1:{port}"
        if f"{name}_public_url" not in settings.model_fields_set:
            common[f"LMS_{name.upper()}_PUBLIC_URL"] = f"http://{HOSTS[name]}:{port}"
    return common


def children_of(settings: Settings, added: Sequence[Child]) -> list[Child]:
    """What runs all the time. `added` come from plugins."""
    port = str(urlsplit(settings.tool_internal_url).port or 80)
    config = str(settings.root / "jupyterhub_config.py")
    return [
        Child("web", command("serve", "web", "--port", port), ready=f"{settings.tool_internal_url}/healthz"),
        Child("worker", command("serve", "worker")),
        Child(
            "hub",
            [sys.executable, "-m", "jupyterhub", "-f", config],
            ready=f"{settings.hub_internal_url}/hub/health",
        ),
        *added,
    ]


def command(*words: str) -> list[str]:
    """Our own command line, run by this very Python."""
    return [sys.executable, "-m", "lms", *words]

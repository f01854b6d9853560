"""The environment of a participant's server."""

import sys
from pathlib import Path
from urllib.parse import quote, urlsplit

from lms.notebooks.hub.sandbox import HOME, PACKAGE, SOCKETS

CONFIG = f"{PACKAGE}/lms/notebooks/server/config"
SHARE = f"{PACKAGE}/lms/notebooks/server/share"


def inside(outside: dict[str, str]) -> dict[str, str]:
    """JupyterHub's variables as they have to be within the sandbox, and the few others that a server needs."""
    hub = _socket_url("hub")
    return outside | {
        "JUPYTERHUB_API_URL": hub + urlsplit(outside["JUPYTERHUB_API_URL"]).path,
        "JUPYTERHUB_ACTIVITY_URL": hub + urlsplit(outside["JUPYTERHUB_ACTIVITY_URL"]).path,
        # it listens on a socket (server/entrance.py), and ServerApp accepts that only with this port
        "JUPYTERHUB_SERVICE_URL": f"http://127.0.0.1:8888{outside['JUPYTERHUB_SERVICE_PREFIX']}",
        "LMS_TOOL_URL": _socket_url("tool"),
        "HOME": HOME,
        "USER": "participant",
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "PYTHONPATH": PACKAGE,
        "JUPYTER_CONFIG_PATH": CONFIG,
        "JUPYTER_PATH": SHARE,
        "JUPYTER_RUNTIME_DIR": "/tmp/jupyter",  # noqa: S108 -- the sandbox's own
        # a thread for each core of a big machine would use up the limit of processes
        "OPENBLAS_NUM_THREADS": "2",
        "OMP_NUM_THREADS": "2",
    }


def _socket_url(name: str) -> str:
    return f"http+unix://{quote(f'{SOCKETS}/{name}.sock', safe='')}"

"""What a virtual environment has to hold, and whether the one at hand holds it. Reads, never writes."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class Failure(Exception):
    """One sentence for the person at the terminal, with the cure."""


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment at `venv` for the checkout at `root`."""

    root: Path
    venv: Path

    @staticmethod
    def has_locks(root: Path) -> bool:
        """Whether `root` is a checkout (and not the site-packages of an installed wheel)."""
        return (root / "deploy" / "requirements.lock").is_file()

    @property
    def python(self) -> Path:
        """The interpreter inside."""
        return self.venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def stamp(self) -> Path:
        """Written last: says what was installed. Without it the environment is not finished."""
        return self.venv / "lms-stamp.json"

    @property
    def unfinished(self) -> Path:
        """Is there while somebody installs, and stays when they are killed."""
        return self.venv / "lms-unfinished"

    @property
    def uv_lock(self) -> Path:
        """The installer's own pinned version and hashes."""
        return self.root / "deploy" / "requirements-uv.lock"

    def lock(self, *, developer: bool) -> Path:
        """The pinned packages; the developers' are a superset."""
        return self.root / "deploy" / ("requirements-dev.lock" if developer else "requirements.lock")

    def projects(self) -> list[Path]:
        """Folders that are installed editable: the core and each plugin in the checkout that has its package."""
        plugins = sorted(path.parent for path in self.root.glob("plugins/*/pyproject.toml"))
        return [self.root, *(plugin for plugin in plugins if any(plugin.glob("lms_*/__init__.py")))]

    def contents(self, *, developer: bool) -> dict[str, object]:
        """What the stamp of a finished environment says."""
        digest = hashlib.sha256(self.lock(developer=developer).read_bytes())
        for project in self.projects():
            digest.update(f"\0{project}\0".encode())
            digest.update((project / "pyproject.toml").read_bytes())
        interpreter = os.path.realpath(self.python)  # changes with an upgrade of the system's Python
        return {"developer": developer, "digest": digest.hexdigest(), "interpreter": interpreter}

    def has_developer_tools(self) -> bool:
        """What the last finished installation held; kept when it is brought up to date."""
        return bool(self._stamped().get("developer", False))

    def is_current(self, *, developer: bool) -> bool:
        """Whether it holds what the lock files of now ask for, with at least the tools asked for, and can be run."""
        stamped = self._stamped()
        if not stamped or self.unfinished.exists() or not os.access(self.python, os.X_OK):
            return False
        has_tools = bool(stamped.get("developer"))
        return has_tools >= developer and stamped == self.contents(developer=has_tools)

    def is_writable(self) -> bool:
        """Whether this user could make or mend it."""
        place = self.venv
        while not place.exists() and place != place.parent:
            place = place.parent
        return os.access(place, os.W_OK | os.X_OK)

    def _stamped(self) -> dict[str, object]:
        try:
            stamped = json.loads(self.stamp.read_text())
        except (OSError, ValueError):
            return {}
        return stamped if isinstance(stamped, dict) else {}


def choose(root: Path, variables: Mapping[str, str], *, developer: bool) -> Environment:
    """`LMS_VENV`, else `.venv` in the checkout; who may only read the checkout and finds none there keeps their own."""
    if named := variables.get("LMS_VENV"):
        return Environment(root, Path(named).absolute())
    shared = Environment(root, root / ".venv")
    if shared.is_writable() or shared.is_current(developer=developer):
        return shared
    caches = Path(variables.get("XDG_CACHE_HOME") or Path(variables.get("HOME", "/")) / ".cache")
    return Environment(root, caches / "lms" / hashlib.sha256(str(root).encode()).hexdigest()[:12])

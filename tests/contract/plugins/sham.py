"""Plugins made for a test: real packages with real metadata, on the path of a Python of their own.

A plugin's tables join one metadata per process, so whoever tries a plugin does it in a process that nothing else shares.
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from lms.settings import ROOT


@dataclass(frozen=True, slots=True)
class Site:
    """A folder of installed plugins, and Pythons that see them beside those of the environment."""

    folder: Path

    def install(self, name: str, project: Path) -> None:
        """What an installer leaves: the distribution's metadata with its entry point; `project` holds the package."""
        info = self.folder / f"lms_{name}-0.1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: lms-{name}\nVersion: 0.1.0\n")
        (info / "entry_points.txt").write_text(f"[lms.plugins]\n{name} = lms_{name}.plugin\n")
        with (self.folder / "projects").open("a") as file:
            file.write(f"{project}\n")

    def write(self, name: str, plugin: str, **modules: str) -> Path:
        """A plugin from the text of its `plugin.py`; returns its package."""
        package = self.folder / name / f"lms_{name}"
        package.mkdir(parents=True)
        for module, text in {"__init__": "", "plugin": plugin, **modules}.items():
            (package / f"{module}.py").write_text(text)
        self.install(name, package.parent)
        return package

    def uninstall(self, name: str) -> None:
        """Take the metadata away; the package stays, seen by nobody."""
        info = self.folder / f"lms_{name}-0.1.0.dist-info"
        for file in info.iterdir():
            file.unlink()
        info.rmdir()

    def run(self, *arguments: str, cwd: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
        """`python ARGUMENTS` with these plugins installed; stdout and stderr as text."""
        projects = self.folder / "projects"
        paths = [str(self.folder), *(projects.read_text().split() if projects.exists() else []), str(ROOT)]
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("LMS_", "PYTEST_"))}
        return subprocess.run(
            [sys.executable, *arguments],
            env={**kept, "PYTHONPATH": os.pathsep.join(paths), **variables},
            cwd=cwd or self.folder,
            capture_output=True,
            text=True,
            check=False,
        )

    def start(self, state_dir: Path, **variables: str) -> subprocess.CompletedProcess[str]:
        """Make the application, as `run` would, and say which plugins it has."""
        program = (
            "from lms.app import create_app; from lms.settings import Settings;"
            "print([plugin.name for plugin in create_app(Settings()).extensions['lms.plugins']])"
        )
        return self.run("-c", program, LMS_STATE_DIR=str(state_dir), **variables)

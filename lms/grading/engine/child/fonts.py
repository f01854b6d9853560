"""matplotlib's list of fonts, made once for all kernels: each new home would cost 1-2 s to search the system."""

import contextlib
import importlib.util
import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from lms.grading.engine.child.release import Bundle

_DRAWS = re.compile(rb"matplotlib|seaborn|plotnine|\.plot\b|\.hist\b")
_SEARCH_SECONDS = 60


def make_fonts(bundle: Bundle, scratch: Path) -> Path:
    """A folder with the list, kept beside the bundles; an empty one for notebooks that draw nothing."""
    nothing = scratch / "no-fonts"
    nothing.mkdir()
    draws = any(_DRAWS.search(path.read_bytes()) for path in (bundle.folder / "release").glob("*.ipynb"))
    if not draws or importlib.util.find_spec("matplotlib") is None:
        return nothing
    target = bundle.folder.parent / f"matplotlib-{version('matplotlib')}"
    if target.is_dir():
        return target
    making = target.with_name(f"{target.name}-{os.getpid()}")
    making.mkdir()
    subprocess.run(
        [sys.executable, "-I", "-c", "import matplotlib.font_manager"],
        env={**os.environ, "MPLCONFIGDIR": str(making)},
        timeout=_SEARCH_SECONDS,
        check=False,
    )
    for path in (making, *making.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    with contextlib.suppress(OSError):  # another process was first: its list is the same
        making.rename(target)
    return target

"""JupyterHub reads this file; everything in it comes from the tool's settings (see lms/notebooks/hub)."""

from lms.notebooks.hub.config import configure
from lms.settings import Settings

configure(get_config(), Settings())  # type: ignore[name-defined]  # noqa: F821 -- given by the loader

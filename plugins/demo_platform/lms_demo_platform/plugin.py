"""What the plugin brings to the tool: one more process for the supervisor, in the demo alone."""

import hmac
import sys
from collections.abc import Sequence

from lms.plugins import hookimpl
from lms.settings import Settings
from lms.supervisor.children import Child
from lms_demo_platform.config import SchoolConfig


@hookimpl
def lms_children(settings: Settings) -> Sequence[Child]:
    """The school, where the demo gave it an address."""
    if not (settings.demo and settings.platform_public_url):
        return ()
    config = school_of(settings)
    return [
        Child(
            name="platform",
            argv=[sys.executable, "-m", "lms_demo_platform"],
            env=config.environment(),
            ready=config.internal_url,
        )
    ]


def school_of(settings: Settings) -> SchoolConfig:
    """The demo's school; its own secret is derived from the installation's."""
    return SchoolConfig(
        public_url=settings.platform_public_url,
        internal_url=settings.platform_internal_url,
        tool_public_url=settings.tool_public_url,
        tool_internal_url=settings.tool_internal_url,
        database=str(settings.state_dir / "demo_platform.sqlite"),
        secret=hmac.digest(settings.secret(), b"demo_platform", "sha256").hex(),
        consumer_secret="",
    )

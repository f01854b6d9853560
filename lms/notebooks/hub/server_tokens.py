"""The hub's word on which tokens are servers' own; its `GET /user` answers for every kind of token alike."""

import hmac

from jupyterhub.apihandlers.base import APIHandler
from jupyterhub.user import User
from tornado.web import HTTPError


class ServerTokenHandler(APIHandler):  # type: ignore[misc]  # jupyterhub ships no types
    """GET /hub/api/lms/server: {name} of the user whose server runs or starts with this very token, else 403.

    A browser's OAuth token and tokens made through the API name the same user and may hold the same scopes. What the
    spawner handed out is known to this process alone, and every server ends with it.
    """

    async def get(self) -> None:
        """Whose server shows the token."""
        user, shown = self.current_user, self.get_auth_token()
        if not isinstance(user, User) or not shown:
            raise HTTPError(403)
        handed_out = user.spawner.api_token
        if not handed_out or not hmac.compare_digest(handed_out.encode(), shown.encode()):
            raise HTTPError(403)
        self.write({"name": user.name})

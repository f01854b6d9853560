"""The hub's end of "sign out everywhere", which JupyterHub's own API lacks: it can't end a browser's sign-in."""

from jupyterhub import orm
from jupyterhub.apihandlers.base import APIHandler
from jupyterhub.scopes import needs_scope
from tornado.web import HTTPError


class SignOutHandler(APIHandler):  # type: ignore[misc]  # jupyterhub ships no types
    """POST /hub/api/lms/users/<name>/sign-out: 204, 404 for a user that the hub doesn't know."""

    @needs_scope("admin:users")  # type: ignore[untyped-decorator]
    async def post(self, user_name: str) -> None:
        """New cookie first, so that nobody starts the server again while it stops."""
        user = self.find_user(user_name)
        if user is None:
            raise HTTPError(404)
        user.orm_user.cookie_id = orm.new_token()
        self.db.query(orm.OAuthCode).filter_by(user_id=user.id).delete(synchronize_session=False)
        self.db.commit()
        if user.spawner.pending:  # asked again by the tool when the start or stop has ended
            raise HTTPError(503)
        if user.spawner.active:
            await self.stop_single_user(user)
        self.db.query(orm.APIToken).filter_by(user_id=user.id).delete(synchronize_session=False)
        self.db.commit()
        self.set_status(204)

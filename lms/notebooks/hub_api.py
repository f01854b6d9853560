"""The tool as a client of the hub's REST API (https://jupyterhub.readthedocs.io/en/6.1.1/reference/rest-api.html)."""

from http import HTTPStatus

import requests

from lms.errors import N_, Unavailable
from lms.notebooks.hub.secrets import service_token
from lms.settings import Settings

TIMEOUT_SECONDS = (2.0, 10.0)
"""To connect, and between two pieces of an answer."""
START_TIMEOUT_SECONDS = (2.0, 90.0)
"""The hub answers a start when the server is up or `slow_spawn_timeout` is over; a busy machine is slow in both."""
STOP_TIMEOUT_SECONDS = (2.0, 60.0)


class HubDown(Unavailable):
    """The hub can't be reached, or answers with an error of its own."""

    def __init__(self) -> None:
        super().__init__(N_("The notebooks do not answer right now. Your work is safe; try again in a minute."))


class HubBusy(HubDown):
    """The hub starts as many servers as it can just now; ask again a little later."""


class HubApi:
    """Calls made in the name of the tool. Every method raises HubDown."""

    def __init__(self, settings: Settings) -> None:
        self._base = f"{settings.hub_internal_url}/hub/api"
        self._token = service_token(settings)

    def who_is(self, token: str) -> str | None:
        """The user whose server was started with `token`; None for every other token, known to the hub or not."""
        answer = self._call("GET", "/lms/server", token=token)
        if answer.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            return None
        return str(_expect(answer, HTTPStatus.OK).json()["name"])

    def start_server(self, name: str) -> None:
        """Start the server of `name` unless it runs or is starting; a user the hub doesn't know yet is added.

        Raises HubBusy when too many are starting.
        """
        _expect(self._call("POST", f"/users/{name}"), HTTPStatus.CREATED, HTTPStatus.CONFLICT)
        answer = self._call("POST", f"/users/{name}/server", timeout=START_TIMEOUT_SECONDS)
        if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            raise HubBusy
        # 400: runs already or is starting
        _expect(answer, HTTPStatus.CREATED, HTTPStatus.ACCEPTED, HTTPStatus.BAD_REQUEST)

    def forget_user(self, name: str) -> None:
        """Stop the server of `name` and delete all that the hub has of them, their home too. Again changes nothing."""
        user = f"/users/{name}"
        _expect(
            self._call("POST", user), HTTPStatus.CREATED, HTTPStatus.CONFLICT
        )  # a home may outlive the hub's database
        _expect(self._call("DELETE", user, timeout=STOP_TIMEOUT_SECONDS), HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND)

    def sign_out_user(self, name: str) -> None:
        """Stop the server of `name` and end every sign-in of theirs at the hub; home and name stay."""
        answer = self._call("POST", f"/lms/users/{name}/sign-out", timeout=STOP_TIMEOUT_SECONDS)
        _expect(answer, HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND)

    def is_up(self) -> bool:
        """Whether the hub answers now."""
        try:
            return self._call("GET", "").ok
        except HubDown:
            return False

    def _call(
        self, method: str, path: str, *, token: str | None = None, timeout: tuple[float, float] = TIMEOUT_SECONDS
    ) -> requests.Response:
        headers = {"Authorization": f"token {token or self._token}", "Accept": "application/json"}
        try:
            return requests.request(method, self._base + path, headers=headers, timeout=timeout, allow_redirects=False)
        except requests.RequestException as error:
            raise HubDown from error


def _expect(answer: requests.Response, *statuses: HTTPStatus) -> requests.Response:
    if answer.status_code not in statuses:
        raise HubDown
    return answer

"""Servers begin and end as they should: started ahead of time, stopped when idle, gone with a hub that is killed."""

import signal
import time
from contextlib import closing, suppress
from typing import Any

import psutil
import pytest
import requests
from jupyterhub import orm
from playwright.sync_api import Page

from lms.notebooks.hub.secrets import service_token
from lms.notebooks.hub_api import HubApi, HubDown
from lms.settings import Settings
from tests.e2e.hub.lab import open_notebook, page_token
from tests.e2e.hub.running import Hub, running

GONE_SECONDS = 20.0
START_SECONDS = 90.0


def _settings(hub: Hub) -> Settings:
    return Settings(
        state_dir=hub.state_dir,
        secret_key=hub.env["LMS_SECRET_KEY"],
        hub_internal_url=hub.inner_url,
        hub_public_url=hub.url,
    )


def _api(hub: Hub) -> HubApi:
    return HubApi(_settings(hub))


def _model(hub: Hub, token: str) -> dict[str, Any]:
    """What JupyterHub itself says of a token."""
    headers = {"Authorization": f"token {token}"}
    answer = requests.get(f"{hub.inner_url}/hub/api/user", headers=headers, timeout=9)
    assert answer.ok, answer.text
    model: dict[str, Any] = answer.json()
    return model


def _server(hub: Hub, name: str) -> psutil.Process:
    """The server that was asked for; it may still be starting."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        try:
            return hub.server_of(name)
        except (AssertionError, psutil.NoSuchProcess):
            time.sleep(0.2)
    raise AssertionError(f"the server of {name} did not start in {START_SECONDS} s")


def test_unknown_user_gets_a_server_and_asking_again_changes_nothing(hub: Hub) -> None:
    api = _api(hub)

    api.start_server("uanna")
    first = _server(hub, "uanna")
    api.start_server("uanna")

    assert _server(hub, "uanna").pid == first.pid


def test_hub_tells_whose_token_a_server_shows(hub: Hub) -> None:
    api = _api(hub)
    api.start_server("uboris")
    token = _server(hub, "uboris").environ()["JUPYTERHUB_API_TOKEN"]

    assert api.who_is(token) == "uboris"
    assert api.who_is("no such token") is None
    assert api.is_up()


def test_other_tokens_of_a_user_are_not_their_servers(page: Page, hub: Hub) -> None:
    api = _api(hub)
    open_notebook(page, hub, "uegor")
    of_server = _server(hub, "uegor").environ()["JUPYTERHUB_API_TOKEN"]
    of_page = page_token(page)
    scopes = _model(hub, of_server)["scopes"]
    with closing(orm.new_session_factory(f"sqlite:///{hub.state_dir / 'hub' / 'hub.sqlite'}")()) as database:
        of_api = orm.User.find(database, "uegor").new_api_token(scopes=scopes, note="made by hand")
    assert _model(hub, of_api)["scopes"] == scopes
    assert {_model(hub, token)["name"] for token in (of_server, of_page, of_api)} == {"uegor"}

    found = [api.who_is(token) for token in (of_server, of_page, of_api, service_token(_settings(hub)))]

    assert found == ["uegor", None, None, None]


def test_hub_forgets_a_user_with_server_and_home(hub: Hub) -> None:
    api = _api(hub)
    api.start_server("uvera")
    server = _server(hub, "uvera")
    token = server.environ()["JUPYTERHUB_API_TOKEN"]
    home = hub.state_dir / "hub" / "homes" / "uvera"
    (home / "diary.txt").write_text("о себе")
    deadline = time.monotonic() + START_SECONDS
    while not _forgotten(api, "uvera"):
        assert time.monotonic() < deadline
        time.sleep(0.5)

    assert psutil.wait_procs([server], timeout=GONE_SECONDS)[1] == []
    assert not home.exists()
    assert not (hub.state_dir / "hub" / "logs" / "uvera.log").exists()
    assert api.who_is(token) is None
    api.forget_user("uvera")


def test_signed_out_user_has_no_server_and_no_token_and_keeps_the_home(hub: Hub) -> None:
    api = _api(hub)
    api.start_server("uzoya")
    server = _server(hub, "uzoya")
    token = server.environ()["JUPYTERHUB_API_TOKEN"]
    deadline = time.monotonic() + START_SECONDS
    while api.who_is(token) is not None:
        assert time.monotonic() < deadline
        with suppress(HubDown):  # while the server is still starting
            api.sign_out_user("uzoya")
        time.sleep(0.5)

    assert psutil.wait_procs([server], timeout=GONE_SECONDS)[1] == []
    assert (hub.state_dir / "hub" / "homes" / "uzoya").is_dir()
    api.sign_out_user("uzoya")
    api.sign_out_user("unobody")


def _forgotten(api: HubApi, name: str) -> bool:
    """A hub that is still starting the server says that it can't yet; the job asks again then."""
    try:
        api.forget_user(name)
    except HubDown:
        return False
    return True


def test_killed_hub_leaves_nothing_behind_and_starts_again(tmp_path) -> None:
    with running(tmp_path / "var") as hub:
        _api(hub).start_server("uanna")
        _server(hub, "uanna")
        below = hub.below()
        names = " ".join(" ".join(each.cmdline()) for each in below)
        assert all(part in names for part in ("traefik", "jupyterhub_idle_culler", "lms.notebooks.server.start"))

        hub.stop(signal.SIGKILL)

        assert psutil.wait_procs(below, timeout=GONE_SECONDS)[1] == []
        hub.start()
        _api(hub).start_server("uanna")
        assert _server(hub, "uanna").pid not in {each.pid for each in below}


@pytest.mark.timeout(240)
def test_idle_server_is_stopped(tmp_path) -> None:
    with running(tmp_path / "var", {"LMS_NOTEBOOK_IDLE_SECONDS": "10"}) as hub:
        _api(hub).start_server("uanna")

        server = _server(hub, "uanna")

        assert psutil.wait_procs([server], timeout=120)[1] == []
        assert (hub.state_dir / "hub" / "homes" / "uanna").is_dir()

"""What a page may do at the hub, and at the servers of others, in the name of whoever looks at it."""

from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Page

from tests.e2e.hub.lab import open_notebook, sign_in
from tests.e2e.hub.running import Hub, running

READ = """async url => {
    try {
        const answer = await fetch(url, { credentials: 'include' });
        return `${answer.status} ${await answer.text()}`;
    } catch (error) { return error.name; }
}"""

WRITE = """async ([method, url]) => {
    const crumb = /_xsrf=([^;]+)/.exec(document.cookie);
    const headers = { 'Content-Type': 'application/json', 'X-XSRFToken': crumb ? crumb[1] : '' };
    try {
        return String((await fetch(url, { method, headers, credentials: 'include', body: '{}' })).status);
    } catch (error) { return error.name; }
}"""

WRITE_BLINDLY = (
    """url => fetch(url, { method: 'POST', mode: 'no-cors', credentials: 'include', body: '{}' }).then(a => a.type)"""
)
"""What a plain form could send: no browser asks the other side before."""

LISTEN = """url => new Promise(resolve => {
    const socket = new WebSocket(url);
    socket.onopen = () => { resolve('open'); socket.close(); };
    socket.onclose = () => resolve('closed');
})"""

CRUMB = "'?_xsrf=' + /_xsrf=([^;]+)/.exec(document.cookie)[1]"


@pytest.fixture
def foreign(tmp_path: Path) -> Iterator[Hub]:
    """A hub where uanna's server is a program of her own."""
    with running(tmp_path / "var", config=Path(__file__).with_name("foreign_config.py")) as hub:
        yield hub


def _origin(hub: Hub, name: str) -> str:
    return f"http://{name}.hub.localhost:{hub.hub_port}"


def _shown(home: Path) -> list[str]:
    return sorted(each.name for each in home.iterdir() if not each.name.startswith("."))


def _as_seen_by_hub(hub: Hub, path: str, cookies: str) -> int:
    """The status that somebody gets who sends the cookies by a program of theirs."""
    headers = {"Host": f"hub.localhost:{hub.hub_port}", "Cookie": cookies}
    return requests.get(f"{hub.inner_url}{path}", headers=headers, timeout=10, allow_redirects=False).status_code


def test_page_of_anothers_server_reads_and_does_nothing_in_its_visitors_name(page: Page, foreign: Hub) -> None:
    hub, theirs, own = foreign, _origin(foreign, "uanna"), _origin(foreign, "uboris")
    sign_in(page, hub, "uanna")
    page.goto(f"{hub.url}/hub/oauth_login?next=/hub/spawn")
    page.wait_for_url(f"{theirs}/user/uanna/**")
    page.context.clear_cookies()
    contents, home = f"{own}/user/uboris/api/contents", hub.state_dir / "hub" / "homes" / "uboris"

    # what each of the attempts does on pages of the visitor's own
    open_notebook(page, hub, "uboris")
    assert '"population' in page.evaluate(f"({READ})({contents + '/data'!r} + {CRUMB})")
    assert page.evaluate(WRITE, ["POST", contents]) == "201"
    kept = ["data", "untitled"]
    assert _shown(home) == kept
    kernel = (
        page.evaluate(f"({READ})({own + '/user/uboris/api/kernels'!r} + {CRUMB})").split('"id": "')[1].split('"')[0]
    )
    channels = f"{own}/user/uboris/api/kernels/{kernel}/channels".replace("http", "ws", 1)
    assert page.evaluate(f"({LISTEN})({channels!r} + {CRUMB})") == "open"
    page.goto(f"{hub.url}/hub/home")
    assert '"uboris"' in page.evaluate(f"({READ})({hub.url + '/hub/api/user'!r} + {CRUMB})")
    mine = page.context.cookies(f"{hub.url}/hub/")
    crumb = next(each["value"] for each in mine if each["name"] == "_xsrf")
    whoami = f"/hub/api/user?_xsrf={crumb}"
    assert _as_seen_by_hub(hub, whoami, "; ".join(f"{each['name']}={each['value']}" for each in mine)) == 200
    server = hub.server_of("uboris").pid

    page.goto(f"{theirs}/user/uanna/lab")

    assert page.title() == "foreign"
    assert page.evaluate(READ, f"{theirs}/user/uanna/api/contents").startswith("200 ")
    read = [f"{hub.url}/hub/token", f"{hub.url}/hub/home", f"{hub.url}{whoami}", contents, f"{contents}?_xsrf={crumb}"]
    assert [page.evaluate(READ, url) for url in read] == ["TypeError"] * len(read)
    write = [
        ("POST", f"{hub.url}/hub/api/users/uboris/tokens"),
        ("DELETE", f"{hub.url}/hub/api/users/uboris/server"),
        ("POST", contents),
    ]
    assert [page.evaluate(WRITE, each) for each in write] == ["TypeError"] * len(write)
    assert page.evaluate(WRITE_BLINDLY, contents) == "opaque"
    assert _shown(home) == kept
    assert page.evaluate(LISTEN, channels) == "closed"
    sent = page.inner_text("pre")
    assert set(SimpleCookie(sent)) == {"jupyterhub-session-id"}
    assert _as_seen_by_hub(hub, whoami, f"{sent}; _xsrf={crumb}") == 403
    assert hub.server_of("uboris").pid == server


def test_own_page_makes_no_token(page: Page, hub: Hub) -> None:
    open_notebook(page, hub, "uvera")
    assert page.url.startswith(f"http://uvera.hub.localhost:{hub.hub_port}/")
    page.goto(f"{hub.url}/hub/home")

    made = page.evaluate(WRITE, ["POST", f"{hub.url}/hub/api/users/uvera/tokens"])
    stopped = page.evaluate(WRITE, ["DELETE", f"{hub.url}/hub/api/users/uvera/server"])

    assert stopped in ("202", "204")
    assert made in ("403", "404")

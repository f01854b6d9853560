"""What a page may do at the hub in the name of whoever looks at it."""

from playwright.sync_api import Page

from tests.e2e.hub.lab import open_notebook
from tests.e2e.hub.running import Hub

WRITE = """async ([method, url]) => {
    const crumb = /_xsrf=([^;]+)/.exec(document.cookie);
    const headers = { 'Content-Type': 'application/json', 'X-XSRFToken': crumb ? crumb[1] : '' };
    try {
        return String((await fetch(url, { method, headers, credentials: 'include', body: '{}' })).status);
    } catch (error) { return error.name; }
}"""


def test_own_page_makes_no_token(page: Page, hub: Hub) -> None:
    open_notebook(page, hub, "uvera")
    assert page.url.startswith(f"http://uvera.hub.localhost:{hub.hub_port}/")
    page.goto(f"{hub.url}/hub/home")

    made = page.evaluate(WRITE, ["POST", f"{hub.url}/hub/api/users/uvera/tokens"])
    stopped = page.evaluate(WRITE, ["DELETE", f"{hub.url}/hub/api/users/uvera/server"])

    assert stopped in ("202", "204")
    assert made in ("403", "404")

"""Two pupils, one browser: the next one never reaches the former one's server, and an old tab stops running code."""

import time

from playwright.sync_api import Page

from tests.e2e.hub.lab import connect, open_notebook, run, said, sign_in, status_of
from tests.e2e.hub.running import Hub

WITHIN_SECONDS = 8.0
"""The guard asks every five seconds."""


def _seconds_until_closed(tab: Page) -> float:
    started = time.monotonic()
    while "closed" not in run(tab, "print('still here')", 2_000):
        assert time.monotonic() - started < WITHIN_SECONDS, "the old tab still runs code"
        tab.wait_for_timeout(300)
    return time.monotonic() - started


def test_next_pupil_never_reaches_the_former_ones_server(page: Page, hub: Hub) -> None:
    open_notebook(page, hub, "uanna")
    connect(page, "uanna")
    assert said(page, "print(6 * 7)") == "42"
    assert status_of(page, "/user/uanna/api/contents") == 200
    theirs = page.context.new_page()

    open_notebook(theirs, hub, "uboris")

    _seconds_until_closed(page)
    assert status_of(page, "/user/uanna/api/contents") == 403
    answer = theirs.goto(f"http://uanna.hub.localhost:{hub.hub_port}/user/uanna/lab")
    assert answer is not None
    assert answer.status == 403


def test_link_with_another_pupil_signed_in_opens_their_own_server(page: Page, hub: Hub) -> None:
    open_notebook(page, hub, "uvera")

    sign_in(page, hub, "ugleb")
    page.goto(hub.open_link())

    page.wait_for_url("**/user/ugleb/lab/**", timeout=90_000)


def test_signing_out_of_the_hub_stops_the_open_tab(page: Page, hub: Hub) -> None:
    open_notebook(page, hub, "udasha")
    connect(page, "udasha")
    assert said(page, "print(1)") == "1"

    page.context.new_page().goto(f"{hub.url}/hub/logout")

    _seconds_until_closed(page)
    assert status_of(page, "/user/udasha/api/contents") == 403


def test_same_pupil_coming_again_keeps_the_open_tab(page: Page, hub: Hub) -> None:
    open_notebook(page, hub, "uegor")
    connect(page, "uegor")

    open_notebook(page.context.new_page(), hub, "uegor")
    page.wait_for_timeout(round(WITHIN_SECONDS * 1000))

    assert said(page, "print('still here')") == "still here"

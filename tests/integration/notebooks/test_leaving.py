"""Signing out of the tool goes on to the hub, if this sign-in has been there."""

import pytest

from tests.factories.people import browser_of, without_csrf
from tests.integration.notebooks.test_oauth import _authorize

pytestmark = pytest.mark.databases("sqlite")
VERIFIER = "v" * 43


def test_goes_through_the_hub_when_the_sign_in_has_been_there(app, pupil):
    browser = browser_of(app, pupil)
    _authorize(browser, VERIFIER)

    with without_csrf(app):
        answer = browser.post("/sign-out")

    assert answer.status_code == 200
    assert answer.headers["Refresh"] == "0; url=http://hub.localhost:9/hub/logout"
    assert "Location" not in answer.headers
    assert browser.get("/account").status_code == 302


def test_stays_here_when_it_has_not(app, pupil):
    with without_csrf(app):
        answer = browser_of(app, pupil).post("/sign-out")

    assert answer.status_code == 302


def test_stays_here_when_the_hub_is_down(app, pupil, token_hub):
    browser = browser_of(app, pupil)
    _authorize(browser, VERIFIER)
    token_hub.stop()

    with without_csrf(app):
        answer = browser.post("/sign-out")

    assert answer.status_code == 302
    assert browser.get("/account").status_code == 302

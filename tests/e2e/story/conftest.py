"""One demo for all stories; each story has people of its own."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.story.demo import Demo, running_demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A running demo. LMS_E2E_STATE names the state directory of one that runs already, while a story is being written."""
    running = os.environ.get("LMS_E2E_STATE")
    if running:
        yield Demo.of(Path(running))
        return
    with running_demo(tmp_path_factory.mktemp("demo") / "var") as started:
        yield started


@pytest.fixture
def staff(demo: Demo, browser: Browser) -> Iterator[dict[str, Page]]:
    """Tutor and administrator, each signed in to the tool in a browser of their own."""
    contexts = []
    pages: dict[str, Page] = {}
    for role in ("tutor", "admin"):
        context = browser.new_context(locale="ru-RU")
        contexts.append(context)
        page = pages[role] = context.new_page()
        login, password = demo.logins[role]
        page.goto(f"{demo.tool}/sign-in")
        page.locator("[name=login]").fill(login)
        page.locator("[name=password]").fill(password)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{demo.tool}/")
    yield pages
    for context in contexts:
        context.close()

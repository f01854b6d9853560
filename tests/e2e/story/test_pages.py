"""Each page in both languages and both themes, on a phone and on a desk: axe finds nothing, nothing sticks out."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.story.demo import Demo
from tests.e2e.story.launching import TITLE, launch
from tests.e2e.story.places import Place, list_places, page_endpoints
from tests.fixtures.browser import Accessibility

SEEDING_SECONDS = 300.0
LOOKS = [("ru-RU", "light", 360), ("en-US", "dark", 1280), ("ru-RU", "dark", 1280), ("en-US", "light", 360)]


@pytest.fixture(scope="module")
def places(demo: Demo, browser: Browser) -> list[Place]:
    """Waits until the demo's people have handed in and the tutors have judged what they are to judge. A teacher comes
    from the school, so that there is a class list.
    """
    context = browser.new_context(locale="ru-RU")
    launch(context.new_page(), demo, "Ольга Белова", TITLE)
    context.close()
    end = time.monotonic() + SEEDING_SECONDS
    while True:
        try:
            return list_places(demo)
        except AssertionError:
            if time.monotonic() > end:
                raise
            time.sleep(2)


@contextmanager
def signed_in(browser: Browser, demo: Demo, role: str | None, look: tuple[str, str, int]) -> Iterator[Page]:
    locale, theme, width = look
    context = browser.new_context(
        locale=locale,
        color_scheme="dark" if theme == "dark" else "light",
        viewport={"width": width, "height": 800},
        reduced_motion="reduce",
    )
    page = context.new_page()
    if role is not None:
        login, password = demo.logins[role]
        page.goto(f"{demo.tool}/sign-in")
        page.locator("[name=login]").fill(login)
        page.locator("[name=password]").fill(password)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{demo.tool}/")
        page.context.add_cookies([{"name": "locale", "value": locale[:2], "url": demo.tool}])
    yield page
    context.close()


@pytest.mark.timeout(900)
def test_every_page_is_visited(demo: Demo, places: list[Place]) -> None:
    assert {place.endpoint for place in places} == page_endpoints(demo)


@pytest.mark.parametrize("look", LOOKS, ids=[f"{locale[:2]}-{theme}-{width}" for locale, theme, width in LOOKS])
@pytest.mark.timeout(900)
def test_pages_are_accessible_and_fit(
    demo: Demo, places: list[Place], browser: Browser, accessibility: Accessibility, look: tuple[str, str, int]
) -> None:
    problems = []
    for role in (None, "participant", "tutor", "admin"):
        with signed_in(browser, demo, role, look) as page:
            for place in [place for place in places if place.role == role]:
                answer = page.goto(f"{demo.tool}{place.path}")
                assert answer is not None
                assert answer.status == 200, place
                assert page.locator("html").get_attribute("lang") == look[0][:2]
                problems += [f"{place.endpoint}: {found}" for found in accessibility.violations(page)]
                if page.evaluate("document.documentElement.scrollWidth") > look[2]:
                    problems.append(f"{place.endpoint}: wider than {look[2]} px")

    assert problems == []

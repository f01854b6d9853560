"""From the school into the tool, as its people click."""

from playwright.sync_api import Page, expect

from tests.e2e.story.demo import Demo

TITLE = "Данные для каждого"


def launch(page: Page, demo: Demo, pupil: str, link_title: str) -> Page:
    """Sign in to the school and open the tool in a new window; returns that window on the course's page."""
    page.goto(demo.school)
    page.get_by_role("button", name=pupil).click()
    page.wait_for_url(f"{demo.school}/course")
    card = page.locator("li.card").filter(has=page.get_by_role("heading", name=link_title, exact=True))
    with page.expect_popup() as opened:
        card.get_by_role("link", name="В новом окне").click()
    window = opened.value
    expect(window.get_by_role("heading", name=TITLE, level=1)).to_be_visible(timeout=30_000)
    return window

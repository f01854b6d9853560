"""The tool inside the school's page, on another site, in a browser that blocks third-party cookies."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from lms.clock import now
from lms.people.accounts import create_person, grant
from lms.people.actor import Role
from lms.people.sessions import open_session
from lms.people.visitor import COOKIE
from tests.contract.lti.conftest import opened
from tests.contract.lti.course_made import give_course
from tests.contract.lti.processes import World, make_world, running
from tests.fixtures.browser import Accessibility

PUPIL, TEACHER = "Анна Соколова", "Ольга Белова"


PATIENCE_MS = 60_000
"""A first page may be slow while the machine starts other things."""


@pytest.fixture(scope="module", autouse=True)
def patience() -> Iterator[None]:
    expect.set_options(timeout=PATIENCE_MS)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture(scope="module")
def world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two sites for a browser: lms.localhost and school.localhost."""
    state_dir = tmp_path_factory.mktemp("frames") / "var"
    state_dir.mkdir()
    shutil.copyfile(sqlite_template, state_dir / "lms.sqlite")
    made = make_world(state_dir, tool_host="lms.localhost", school_host="school.localhost")
    with opened(made) as database, database.writing() as session:
        give_course(session, at=now())
    with running(made):
        yield made


@pytest.fixture
def at_school(world: World, browser: Browser) -> Iterator[Page]:
    """A pupil, signed in to the school."""
    context = browser.new_context(locale="ru-RU")
    page = context.new_page()
    page.goto(world.school)
    page.get_by_role("button", name=PUPIL).click()
    page.wait_for_url(f"{world.school}/course")
    yield page
    context.close()


@pytest.mark.case("X38")
@pytest.mark.parametrize("link", ["data", "data-lab"])
def test_course_opens_and_stays_signed_in_inside_the_frame(world: World, at_school: Page, link: str) -> None:
    at_school.goto(f"{world.school}/course/{link}")
    frame = at_school.frame_locator("iframe.tool")

    expect(frame.get_by_role("heading", name="Data", level=1)).to_be_visible()
    inside = at_school.frame(name="tool")
    assert inside is not None
    inside.goto(f"{world.tool}/account")
    expect(frame.get_by_role("main").get_by_text(PUPIL)).to_be_visible()
    of_tool = [cookie for cookie in at_school.context.cookies() if "lms" in cookie["domain"]]
    assert {cookie.get("partitionKey") for cookie in of_tool} == {"http://school.localhost"}


@pytest.mark.parametrize("title", ["Данные для каждого", "Данные для каждого: кабинет информатики"])
def test_course_opens_in_a_new_window(world: World, at_school: Page, title: str) -> None:
    card = at_school.locator("li.card").filter(has=at_school.get_by_role("heading", name=title, exact=True))
    with at_school.expect_popup() as opened_window:
        card.get_by_role("link", name="В новом окне").click()
    window = opened_window.value

    expect(window.get_by_role("heading", name="Data", level=1)).to_be_visible()
    assert window.url == f"{world.tool}/courses/data-for-everyone"


@pytest.mark.case("X37")
def test_only_connected_platforms_may_frame_us(world: World, browser: Browser) -> None:
    context = browser.new_context()
    answer = context.new_page().goto(f"{world.tool}/sign-in")
    context.close()

    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert policy.split("frame-ancestors ")[1].split(";")[0].split() == [world.school]


@pytest.mark.parametrize("locale", ["ru-RU", "en-US"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_school_pages_are_accessible(
    world: World, browser: Browser, accessibility: Accessibility, locale: str, scheme: str
) -> None:
    context = browser.new_context(locale=locale, color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    page.goto(world.school)
    violations = accessibility.violations(page)
    page.get_by_role("button", name=TEACHER).click()
    page.wait_for_url(f"{world.school}/course")
    violations += accessibility.violations(page)
    page.goto(f"{world.school}/gradebook")
    violations += accessibility.violations(page)
    context.close()

    assert violations == []


@pytest.mark.parametrize("locale", ["ru-RU", "en-US"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_platforms_page_is_accessible(
    world: World, browser: Browser, accessibility: Accessibility, locale: str, scheme: str
) -> None:
    with opened(world) as database, database.writing() as session:
        admin = create_person(session, "Анна Админова", at=now())
        grant(session, admin.id, Role.ADMIN, at=now())
        token = open_session(session, admin.id, at=now(), days=1)
    context = browser.new_context(locale=locale, color_scheme="dark" if scheme == "dark" else "light")
    context.add_cookies([{"name": COOKIE, "value": token, "url": world.tool}])
    page = context.new_page()
    page.goto(f"{world.tool}/admin/platforms")
    expect(page.get_by_role("rowheader", name="https://school.localhost")).to_be_visible()
    violations = accessibility.violations(page)
    context.close()

    assert violations == []

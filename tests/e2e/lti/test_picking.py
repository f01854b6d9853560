"""A teacher picks an assignment inside the school's page, on another site; a pupil opens it there; the score comes back."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from lms.clock import now
from lms.courses.runs import find_run_by_slug
from lms.people.accounts import AccountKey, find_account
from lms_demo_platform.config import CLIENT_ID, ISSUER
from tests.contract.lti.conftest import opened
from tests.contract.lti.course_made import SLUG, give_course, release_score
from tests.contract.lti.processes import World, make_world, running
from tests.fixtures.browser import Accessibility

TEACHER, PUPIL, PUPIL_ID = "Ольга Белова", "Анна Соколова", "7-9b-1f3c"
PATIENCE_MS = 60_000


@pytest.fixture(scope="module", autouse=True)
def patience() -> Iterator[None]:
    expect.set_options(timeout=PATIENCE_MS)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture(scope="module")
def world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two sites for a browser: lms.localhost and school.localhost."""
    state_dir = tmp_path_factory.mktemp("picking") / "var"
    state_dir.mkdir()
    shutil.copyfile(sqlite_template, state_dir / "lms.sqlite")
    made = make_world(state_dir, tool_host="lms.localhost", school_host="school.localhost")
    with opened(made) as database, database.writing() as session:
        give_course(session, at=now())
    with running(made):
        yield made


def at_school(browser: Browser, world: World, name: str, **look: object) -> tuple[BrowserContext, Page]:
    context = browser.new_context(locale="ru-RU", **look)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(world.school)
    page.get_by_role("button", name=name).click()
    page.wait_for_url(f"{world.school}/course")
    return context, page


@pytest.mark.timeout(600)
def test_picked_assignment_opens_in_the_frame_and_its_score_comes_back(world: World, browser: Browser) -> None:
    context, teacher = at_school(browser, world, TEACHER, viewport={"width": 360, "height": 780})
    teacher.get_by_role("link", name="Добавить из программы").click()
    frame = teacher.frame_locator("iframe.tool")
    frame.get_by_text("2 урока и задания").click()
    frame.get_by_label("two").check()
    frame.get_by_role("button", name="Добавить выбранное").click()
    expect(frame.get_by_role("heading", name="Добавлено в курс")).to_be_visible()
    frame.get_by_role("link", name="К курсу").click()
    expect(teacher.get_by_role("heading", name="two", exact=True)).to_be_visible()
    context.close()

    context, pupil = at_school(browser, world, PUPIL)
    card = pupil.locator("li.card").filter(has=pupil.get_by_role("heading", name="two", exact=True))
    card.get_by_role("link", name="Открыть здесь").click()
    expect(pupil.frame_locator("iframe.tool").get_by_role("heading", name="two", level=1)).to_be_visible()
    with opened(world) as database, database.writing() as session:
        account = find_account(session, AccountKey("lti13", PUPIL_ID, ISSUER, CLIENT_ID))
        run = find_run_by_slug(session, SLUG)
        assert account is not None
        assert run is not None
        release_score(session, account.person_id, run, "two", score=8, generation=1, at=now())

    pupil.goto(f"{world.school}/gradebook")
    expect(pupil.get_by_role("columnheader", name="two")).to_be_visible()
    for _ in range(60):
        if pupil.get_by_role("cell", name="80").count():
            break
        pupil.wait_for_timeout(1000)
        pupil.reload()
    expect(pupil.get_by_role("cell", name="80")).to_be_visible()
    context.close()


@pytest.mark.parametrize("look", [("light", 360), ("dark", 1280)])
def test_picker_is_accessible_and_fits(
    world: World, browser: Browser, accessibility: Accessibility, look: tuple[str, int]
) -> None:
    scheme, width = look
    context, teacher = at_school(browser, world, TEACHER, color_scheme=scheme, viewport={"width": width, "height": 800})
    teacher.goto(f"{world.school}/start-picking")
    expect(teacher.get_by_role("button", name="Добавить выбранное")).to_be_visible()
    violations = accessibility.violations(teacher)
    too_wide = teacher.evaluate("document.documentElement.scrollWidth") > width
    context.close()

    assert violations == []
    assert not too_wide

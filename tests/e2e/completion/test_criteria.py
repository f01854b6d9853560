"""The page of criteria and the courses of several years in a browser: without scripts, by axe, on a phone and on a desk."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.serving import make_server

from lms.clock import now
from lms.courses import service as courses
from lms.courses.models import CourseRun
from lms.database import Database
from lms.people import groups, sessions
from lms.people.actor import Role
from lms.people.visitor import COOKIE
from tests.factories.courses import enrol, give, know_quests, score, write_course
from tests.factories.people import make_person
from tests.fixtures.browser import Accessibility

LOOKS = [("ru", "light", 360), ("en", "dark", 1280), ("ru", "dark", 1280), ("en", "light", 360)]
TITLES = {
    "talk": '{ ru = "Рассказ группе о том, что показали данные", en = "A talk to the group about what the data show" }',
    "defence": '{ ru = "Защита проекта", en = "Project defence" }',
}
RULE = 'all = [{ activity = "intro" }, { activity = "dig", at_least = 0.6 }, { by_person = "talk" }, { by_person = "defence" }]'
DAY = timedelta(days=1)


@dataclass
class Site:
    """A tool that is served on this machine, with a tutor and a pupil of theirs."""

    url: str
    database: Database
    tutor: UUID
    pupil: UUID

    @contextmanager
    def browsing(self, browser: Browser, person_id: UUID, look: tuple[str, str, int], **more: bool) -> Iterator[Page]:
        locale, theme, width = look
        context: BrowserContext = browser.new_context(
            locale=locale,
            color_scheme="dark" if theme == "dark" else "light",
            viewport={"width": width, "height": 800},
            reduced_motion="reduce",
            **more,
        )
        with self.database.writing() as session:
            token = sessions.open_session(session, person_id, at=now(), days=1, browser="Chromium")
        context.add_cookies([{"name": COOKIE, "value": token, "url": self.url}])
        yield context.new_page()
        context.close()


@pytest.fixture
def site(app: Flask, database: Database, tmp_path: Path) -> Iterator[Site]:
    know_quests(database)
    pupils = [make_person(database, name, Role.PARTICIPANT) for name in ("Ёлкина Анна", "Бобров Борис", "Ким Вера")]
    tutor = make_person(database, "Орлова Ксения")
    folder = write_course(tmp_path, "maths", rule=RULE, criteria=["talk", "defence"])
    toml = folder / "course.toml"
    text = toml.read_text()
    for name, title in TITLES.items():
        text = text.replace(f'{{ en = "Criterion {name}" }}', title)
    toml.write_text(text)
    last = give(database, folder, "2025", starts=now() - 400 * DAY)
    enrol(database, last, pupils[0])
    with database.writing() as session:
        session.get_one(CourseRun, last.id).ends_at = now() - 40 * DAY
    this = give(database, folder, "2026", starts=now() - 30 * DAY, ends=now() + 200 * DAY)
    for pupil in pupils:
        enrol(database, this, pupil)
    give(database, write_course(tmp_path, "chess", kind="elective", head="seats = 20"), "2027", starts=now() + 9 * DAY)
    score(database, this, pupils[0], "dig", "9")
    with database.writing() as session:
        group = groups.create_group(session, "Кама", by=None, at=now())
        for pupil in pupils:
            groups.add_member(session, group.id, pupil, by=None, at=now())
        groups.add_tutor(session, group.id, tutor, by=None, at=now())
        courses.enrol_mandatory(session, pupils[0], at=now())
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Site(f"http://127.0.0.1:{server.server_port}", database, tutor, pupils[0])
    server.shutdown()
    thread.join()
    server.server_close()


def test_criterion_is_confirmed_and_taken_back_without_scripts(site: Site, browser: Browser) -> None:
    with site.browsing(browser, site.tutor, ("en", "light", 360), java_script_enabled=False) as page:
        page.goto(f"{site.url}/desk/criteria")
        row = page.get_by_role("row").filter(has_text="Ёлкина Анна").filter(has_text="Project defence")
        row.get_by_role("button", name="Confirm").click()
        expect(row.get_by_text("Орлова Ксения")).to_be_visible()
        confirmed = row.inner_text()
        row.get_by_role("button", name="Take back").click()
        expect(row.get_by_text("Not confirmed")).to_be_visible()

    assert "Confirmed" in confirmed


@pytest.mark.parametrize("look", LOOKS, ids=[f"{locale}-{theme}-{width}" for locale, theme, width in LOOKS])
@pytest.mark.databases("sqlite")
def test_pages_are_accessible_and_fit(
    site: Site, browser: Browser, accessibility: Accessibility, look: tuple[str, str, int]
) -> None:
    problems = []
    with site.browsing(browser, site.tutor, look) as page:
        page.goto(f"{site.url}/desk/criteria")
        page.locator("form[action$='/talk/confirm'] button").first.click()
        page.wait_for_url("**/desk/criteria#*")
        problems += _problems(page, accessibility, look[2])
        for path in ("/courses/all", "/courses/maths", "/desk"):
            page.goto(f"{site.url}{path}")
            problems += _problems(page, accessibility, look[2])
    with site.browsing(browser, site.pupil, look) as page:
        for path in ("/", "/courses", "/courses/maths", "/courses/maths?run=2025"):
            page.goto(f"{site.url}{path}")
            problems += _problems(page, accessibility, look[2])

    assert problems == []


def _problems(page: Page, accessibility: Accessibility, width: int) -> list[str]:
    where = page.url.partition("/")[2]
    found = [f"{where}: {each}" for each in accessibility.violations(page)]
    is_wide = page.evaluate("document.documentElement.scrollWidth") > width
    return [*found, f"{where}: wider than {width} px"] if is_wide else found

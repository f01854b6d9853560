"""What the start page tells those who have neither a course nor a group to judge."""

import pytest

from lms.people.actor import Role
from tests.factories.people import browser_of, make_person

pytestmark = pytest.mark.databases("sqlite")
TITLE = "What you can do here"


def home(app, database, *roles):
    person_id = make_person(database, "Олег Старший", *roles)
    return browser_of(app, person_id).get("/", headers={"Accept-Language": "en"}).text


def test_home_of_a_mentor_names_the_skillfolios_and_courses(app, database):
    page = home(app, database, Role.MENTOR)

    card = page[page.index(TITLE) :]
    assert "See the skillfolio of one's participants" in card
    assert 'href="/skillfolio"' in card
    assert 'href="/courses/all"' in card


def test_home_of_a_host_says_whom_to_ask_and_offers_no_empty_skillfolio(app, database):
    page = home(app, database, Role.HOST)

    card = page[page.index(TITLE) :]
    assert "ask an administrator for a further role" in card
    assert 'href="/notices"' in card
    assert 'href="/skillfolio"' not in page


@pytest.mark.parametrize("role", [Role.PARTICIPANT, Role.TUTOR, Role.ADMIN])
def test_home_of_others_is_as_before(app, database, role):
    assert TITLE not in home(app, database, role)

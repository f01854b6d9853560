"""The language follows the person who chose it."""

import re

import pytest

from lms.people.accounts import get_person
from tests.factories.people import PASSWORD, browser_of, make_person, without_csrf

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def vera(database):
    return make_person(database, "Вера", login="vera")


def choose(app, browser, locale):
    with without_csrf(app):
        return browser.post("/preferences/locale", data={"locale": locale, "next": "/account"})


def sign_in(app, browser, login):
    with without_csrf(app):
        answer = browser.post("/sign-in", data={"login": login, "password": PASSWORD})
    assert answer.status_code == 302


def language(browser, path="/account"):
    return re.search(r'<html[^>]* lang="(\w+)"', browser.get(path, headers={"Accept-Language": "ru"}).text)[1]


def kept(database, person_id):
    with database.reading() as session:
        return get_person(session, person_id).locale


def test_language_chosen_by_somebody_known_is_theirs_on_another_computer(app, database, vera):
    here = browser_of(app, vera)
    assert language(here) == "ru"

    assert choose(app, here, "en").status_code == 302

    assert kept(database, vera) == "en"
    assert language(here) == "en"
    assert language(browser_of(app, vera)) == "en"


def test_language_that_a_former_pupil_chose_in_the_browser_gives_way_at_sign_in(app, database, vera):
    choose(app, browser_of(app, vera), "en")
    shared = app.test_client()
    choose(app, shared, "ru")
    assert language(shared, "/sign-in") == "ru"

    sign_in(app, shared, "vera")

    assert language(shared) == "en"


def test_language_chosen_in_the_browser_stays_for_somebody_who_has_none(app, database, vera):
    shared = app.test_client()
    choose(app, shared, "en")

    sign_in(app, shared, "vera")

    assert language(shared) == "en"
    assert kept(database, vera) is None


def test_language_that_is_not_offered_is_refused_and_not_kept(app, database, vera):
    here = browser_of(app, vera)

    assert choose(app, here, "xx").status_code == 422

    assert kept(database, vera) is None

"""The link "Open the notebook"."""

from urllib.parse import parse_qs, urlsplit

import pytest

from lms.people.actor import Role
from tests.factories.people import browser_of, make_person

pytestmark = pytest.mark.databases("sqlite")


def test_leads_through_the_hubs_sign_in_to_ones_own_server(app, pupil):
    answer = browser_of(app, pupil).get("/notebooks/open/maths/sums", headers={"Accept-Language": "en"})

    target = urlsplit(answer.location)
    assert f"{target.scheme}://{target.netloc}{target.path}" == "http://hub.localhost:9/hub/oauth_login"
    assert parse_qs(target.query) == {"next": ["/hub/user-redirect/lms/open/maths/sums?locale=en"]}


def test_page_of_the_assignment_shows_it(app, pupil):
    page = browser_of(app, pupil).get("/courses/maths/assignments/sums")

    assert 'href="/notebooks/open/maths/sums"' in page.text


def test_hub_that_is_down_is_said_so(app, pupil, token_hub):
    token_hub.stop()

    assert browser_of(app, pupil).get("/notebooks/open/maths/sums").status_code == 503


def test_is_closed_to_those_who_are_not_in_the_course(app, course, database):
    outsider = make_person(database, "Боря", Role.TUTOR)

    assert browser_of(app, outsider).get("/notebooks/open/maths/sums").status_code == 403

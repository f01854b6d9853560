"""Dates in the time of whoever reads them."""

import re
from datetime import UTC, datetime

import pytest

from lms.clock import now
from lms.people.accounts import get_person
from lms.people.zones import zones_beside
from tests.factories.people import browser_of, make_person, without_csrf

WINTER = datetime(2026, 1, 15, tzinfo=UTC)


@pytest.fixture
def hers(app, database):
    return browser_of(app, make_person(database, "Вера"))


def dates_shown(browser):
    """(hour, zone) of each date with a time on the account page."""
    return [
        (int(hour), zone)
        for hour, zone in re.findall(r'title="[^"]* (\d\d):\d\d · ([^"]+)"', browser.get("/account").text)
    ]


@pytest.mark.databases("sqlite")
def test_chosen_zone_is_that_of_every_date(app, hers):
    before = dates_shown(hers)

    with without_csrf(app):
        answer = hers.post("/account/zone", data={"zone": "Asia/Kamchatka"})

    assert answer.status_code == 302
    assert {zone for _, zone in before} == {"Екатеринбург"}
    assert dates_shown(hers) == [((hour + 7) % 24, "Петропавловск-Камчатский") for hour, _ in before]
    assert re.search(
        r'<option value="Asia/Kamchatka" selected>Петропавловск-Камчатский · \d\d:\d\d<', hers.get("/account").text
    )


def test_programmes_own_zone_is_kept_as_none_so_that_it_follows_the_programme(app, database):
    vera = make_person(database, "Вера")
    hers = browser_of(app, vera)

    def kept():
        with database.reading() as session:
            return get_person(session, vera).zone

    with without_csrf(app):
        hers.post("/account/zone", data={"zone": "Europe/Moscow"})
        assert kept() == "Europe/Moscow"
        for own in ("", "Asia/Yekaterinburg"):
            hers.post("/account/zone", data={"zone": own})
            assert kept() is None


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "America/New_York", "\0"])
def test_zone_that_was_not_offered_is_refused(app, hers, zone):
    with without_csrf(app):
        assert hers.post("/account/zone", data={"zone": zone}).status_code == 422

    assert hers.get("/account").status_code == 200


def test_zones_beside_go_from_west_to_east_and_stay_in_the_country():
    zones = zones_beside("Asia/Yekaterinburg", at=WINTER)

    assert zones[0] == "Europe/Kaliningrad"
    assert {"Europe/Moscow", "Asia/Yekaterinburg", "Asia/Kamchatka"} <= set(zones)
    assert "America/New_York" not in zones
    assert zones_beside("UTC", at=now()) == ["UTC"]

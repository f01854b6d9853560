"""The inbox: what comes in, in which words, and who reads it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from lms.clock import now
from lms.notices import NoticeKind, NoticeKinds, notify
from lms.notices.models import Notice
from lms.notices.service import KEPT, count_unread, forget_old, take_back
from lms.people.actor import Role
from tests.factories.people import browser_of, make_person, without_csrf

AT = now()


@pytest.fixture(autouse=True)
def kinds(database):
    """A kind as a room would bring it."""

    def words(_session, params, locale):
        return [{"title": f"<i>{one['step']}</i> ({locale})"} for one in params]

    database.registries.get(NoticeKinds).add(NoticeKind("tests.released", "award", "Released: %(title)s", words))


@pytest.fixture
def vera(database):
    return make_person(database, "Вера", Role.PARTICIPANT)


def send(database, person_id, key="tests:1", at=AT, **params):
    with database.writing() as session:
        notify(session, person_id, "tests.released", key=key, url="/account", params={"step": "one", **params}, at=at)


def unread(database, person_id):
    with database.reading() as session:
        return count_unread(session, person_id)


def test_notify_same_key_again_changes_nothing(database, vera):
    send(database, vera)
    send(database, vera, step="two")

    with database.reading() as session:
        assert [row.params for row in session.scalars(select(Notice))] == [{"step": "one"}]


def test_notify_at_once_from_many_sends_one(database, vera):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: send(database, vera), range(8)))

    assert unread(database, vera) == 1


def test_notify_lives_and_dies_with_its_transaction(database, vera):
    def fail():
        with database.writing() as session:
            notify(session, vera, "tests.released", key="k", url="/", at=AT)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        fail()

    assert unread(database, vera) == 0


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example", "account"])
def test_notify_leads_to_this_site_alone(database, vera, url):
    with pytest.raises(ValueError, match="this site"), database.writing() as session:
        notify(session, vera, "tests.released", key="k", url=url, at=AT)


@pytest.mark.databases("sqlite")
def test_notify_unknown_kind_is_a_mistake_of_the_caller(database, vera):
    with pytest.raises(KeyError), database.writing() as session:
        notify(session, vera, "tests.unknown", key="k", url="/", at=AT)


def test_take_back_removes_what_no_longer_waits(database, vera):
    send(database, vera)

    with database.writing() as session:
        take_back(session, "tests:1")

    assert unread(database, vera) == 0


def test_forget_old_keeps_a_year(database, vera):
    send(database, vera, key="old", at=AT - KEPT - timedelta(days=1))
    send(database, vera, key="new")

    with database.writing() as session:
        forget_old(session, at=AT)

    with database.reading() as session:
        assert session.scalars(select(Notice.key)).all() == ["new"]


@pytest.mark.databases("sqlite")
class TestInbox:
    """In the browser."""

    @pytest.fixture
    def browser(self, app, vera):
        with without_csrf(app):
            yield browser_of(app, vera)

    @pytest.mark.parametrize("locale", ["ru", "en"])
    def test_text_follows_the_readers_language_and_is_text(self, browser, database, vera, locale):
        send(database, vera)
        browser.set_cookie("locale", locale)

        page = browser.get("/notices").text

        assert f"Released: &lt;i&gt;one&lt;/i&gt; ({locale})" in page

    def test_opening_marks_as_read_and_goes_there(self, browser, database, vera):
        send(database, vera)
        send(database, vera, key="tests:2")
        with database.reading() as session:
            first = session.scalars(select(Notice.id).where(Notice.key == "tests:1")).one()

        answer = browser.post(f"/notices/{first}/read")

        assert answer.location == "/account"
        assert unread(database, vera) == 1
        assert browser.get("/notices?show=unread").text.count('class="inbox__line') == 1
        assert browser.get("/notices").text.count('class="inbox__line') == 2

    def test_read_all_leaves_those_of_others(self, browser, database, vera):
        other = make_person(database, "Олег", Role.PARTICIPANT)
        send(database, vera)
        send(database, other, key="tests:2")

        browser.post("/notices/read-all")

        assert (unread(database, vera), unread(database, other)) == (0, 1)

    def test_notice_of_somebody_else_is_not_found(self, browser, database):
        other = make_person(database, "Олег", Role.PARTICIPANT)
        send(database, other)
        with database.reading() as session:
            theirs = session.scalars(select(Notice.id)).one()

        assert browser.post(f"/notices/{theirs}/read").status_code == 404
        assert browser.post(f"/notices/{uuid4()}/read").status_code == 404
        assert unread(database, other) == 1

    def test_bell_of_every_page_counts_the_unread(self, browser, database, vera):
        assert 'href="/notices"' in browser.get("/account").text
        send(database, vera)
        send(database, vera, key="tests:2")

        assert '<span class="count" aria-hidden="true">2</span>' in browser.get("/account").text

    def test_kind_that_is_gone_still_shows(self, browser, database, vera):
        with database.writing() as session:
            row = Notice(key="k", person_id=vera, kind="removed.plugin", params={}, url="/", created_at=AT)
            session.add(row)

        assert browser.get("/notices").status_code == 200

    def test_inbox_is_paged(self, browser, database, vera):
        for number in range(31):
            send(database, vera, key=f"tests:{number}")

        assert browser.get("/notices").text.count('class="inbox__line') == 30
        assert browser.get("/notices?page=2").text.count('class="inbox__line') == 1

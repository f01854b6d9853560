"""Whatever table names a person is exported and erased by somebody."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from lms.clock import now
from lms.database import Base
from lms.errors import Conflict
from lms.notices.models import Notice
from lms.people import cohorts, groups, roles
from lms.people.accounts import get_person
from lms.people.actor import Role
from lms.people.erasure import erase_person
from lms.people.personal import PersonalDataRegistry, export_person
from lms.people.privacy import OWNED
from tests.factories.people import browser_of, make_person


def test_every_table_with_a_person_has_a_contributor(database):
    """Of the core and of every installed plugin."""
    named = {table for one in database.registries.get(PersonalDataRegistry) for table in one.tables}
    with_person = {name for name, table in Base.metadata.tables.items() if "person_id" in table.columns}

    assert "people_account" in with_person
    assert with_person - named == set()


def test_erase_person_leaves_no_row_of_theirs(app, database):
    anna = make_person(database, "Анна", Role.ADMIN)
    vera = make_person(database, "Вера", Role.PARTICIPANT, login="vera")
    browser_of(app, vera)
    with database.writing() as session:
        cohorts.join(session, cohorts.find_or_create_cohort(session, "2026").id, vera)
        groups.add_member(session, groups.create_group(session, "Север", by=anna, at=now()).id, vera, by=anna, at=now())
        session.add(Notice(key="k", person_id=vera, kind="x", params={}, url="/", created_at=now()))
        kept = export_person(session, vera, by=anna, at=now())
    assert {row["what"] for row in kept.rows["people"]["rows"]} >= {
        "person",
        "account",
        "role",
        "cohort",
        "tutor group",
    }
    assert len(kept.rows["notices"]["rows"]) == 1

    with database.writing() as session:
        erase_person(session, vera, by=anna, at=now())

    with database.reading() as session:
        for table in (*OWNED, Notice):
            assert session.query(table).filter(table.person_id == vera).count() == 0


def test_erase_person_last_administrator_stays(database):
    anna = make_person(database, "Анна", Role.ADMIN)

    with pytest.raises(Conflict), database.writing() as session:
        erase_person(session, anna, by=anna, at=now())


def test_erase_and_export_wait_for_a_plugin_that_is_switched_off(database):
    anna = make_person(database, "Анна", Role.ADMIN)
    vera = make_person(database, "Вера", Role.PARTICIPANT, login="vera")
    with database.writing() as session:
        session.execute(text("CREATE TABLE ghost_note (id INTEGER PRIMARY KEY, person_id INTEGER)"))

    for act in (erase_person, export_person):
        with pytest.raises(Conflict, match="ghost_note"), database.writing() as session:
            act(session, vera, by=anna, at=now())

    with database.reading() as session:
        assert get_person(session, vera).display_name == "Вера"


def test_administrators_who_take_the_role_from_each_other_at_once_leave_one(database):
    pair = [make_person(database, name, Role.ADMIN) for name in ("Анна", "Ольга")]
    start = threading.Barrier(2)

    def take(number):
        try:
            with database.writing() as session:
                start.wait(10)
                roles.revoke(session, pair[number], Role.ADMIN, at=now(), by=pair[1 - number])
        except Conflict:
            return "refused"
        return "taken"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(take, range(2)))

    assert outcomes == ["refused", "taken"]
    with database.reading() as session:
        assert roles.count_admins(session) == 1

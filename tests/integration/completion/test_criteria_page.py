"""The tutor's page of criteria: whom it shows, confirming and taking back, and what the participant reads of it."""

import re
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from lms import ledger
from lms.clock import now
from lms.completion.evidence import COMPLETED, CONFIRMED
from lms.courses import service as courses
from lms.courses.models import CourseRun
from lms.database import Database
from lms.ledger import Fact
from lms.people import groups
from lms.people.actor import Role
from lms.people.models import Person
from tests.factories.courses import enrol, give, sync, write_course
from tests.factories.people import browser_of, make_person, without_csrf
from tests.integration.learning.test_pages import EN, counted, words

RULE = 'all = [{ activity = "intro" }, { by_person = "defence" }, { by_person = "talk" }]'
PAGE = "/desk/criteria"


@dataclass
class Desk:
    """A course of two criteria, two groups of pupils, and the tutor of the first."""

    app: Flask
    database: Database
    run: CourseRun
    anna: UUID
    boris: UUID
    stranger: UUID
    tutor: UUID
    group_id: UUID

    def page(self, person_id: UUID, query: str = "") -> str:
        answer = browser_of(self.app, person_id).get(PAGE + query, headers=EN)
        assert answer.status_code == 200
        return answer.text

    def press(self, by: UUID, act: str, of: UUID, criterion: str = "defence", *, back: str = PAGE) -> tuple[int, str]:
        with without_csrf(self.app):
            path = f"{PAGE}/{self.run.id}/{of}/{criterion}/{act}"
            answer = browser_of(self.app, by).post(path, data={"back": back}, headers=EN)
        return answer.status_code, answer.location or words(answer)

    def facts(self, person_id: UUID, kind: str = CONFIRMED) -> list[Fact]:
        with self.database.reading() as session:
            return ledger.list_facts(session, person_id, course_run_id=self.run.id, kinds=[kind])


@pytest.fixture
def desk(app, database, tmp_path):
    pupils = [make_person(database, name, Role.PARTICIPANT) for name in ("Ёлкина Анна", "Бобров Борис", "Чужова Вера")]
    tutor = make_person(database, "Орлова Ксения")
    folder = write_course(tmp_path, steps=["lesson:intro"], rule=RULE, criteria=["talk", "defence"])
    run = sync(database, folder)
    with database.writing() as session:
        mine = groups.create_group(session, "Кама", by=None, at=now())
        other = groups.create_group(session, "Чусовая", by=None, at=now())
        for pupil in pupils[:2]:
            groups.add_member(session, mine.id, pupil, by=None, at=now())
        groups.add_member(session, other.id, pupils[2], by=None, at=now())
        groups.add_tutor(session, mine.id, tutor, by=None, at=now())
    return Desk(app, database, run, *pupils, tutor, mine.id)


def rows(page: str) -> list[str]:
    """The table's rows as a reader meets them."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return [
        re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for row in re.findall(r"<tr.*?</tr>", body, re.DOTALL)
    ]


def test_page_shows_the_pupils_of_ones_groups_by_name_with_every_criterion(desk):
    found = rows(desk.page(desk.tutor))

    assert [row.partition(" Course")[0] for row in found] == [
        "Бобров Борис Criterion defence",
        "Бобров Борис Criterion talk",
        "Ёлкина Анна Criterion defence",
        "Ёлкина Анна Criterion talk",
    ]
    assert all("Not confirmed" in row for row in found)


def test_admin_sees_everybody(desk):
    page = desk.page(make_person(desk.database, "Админ", Role.ADMIN))

    assert len(rows(page)) == 6
    assert "Чужова Вера" in page


def test_confirmed_criterion_shows_who_and_when_and_can_be_taken_back(desk):
    row = f"#c-{desk.run.id.hex}-{desk.anna.hex}-defence"

    status, location = desk.press(desk.tutor, "confirm", desk.anna, back=f"{PAGE}?state=open{row}")
    confirmed = [each for each in rows(desk.page(desk.tutor)) if "Confirmed" in each]
    (fact,) = desk.facts(desk.anna)
    taken, _ = desk.press(desk.tutor, "withdraw", desk.anna)

    assert (status, location) == (302, f"{PAGE}?state=open{row}")
    assert len(confirmed) == 1
    assert confirmed[0].startswith("Ёлкина Анна Criterion defence")
    assert f"{fact.at.year}" in confirmed[0]
    assert "Орлова Ксения" in confirmed[0]
    assert fact.actor_id == desk.tutor
    assert taken == 302
    assert desk.facts(desk.anna) == []
    assert all("Not confirmed" in each for each in rows(desk.page(desk.tutor)))


def test_last_confirmation_completes_the_course_and_taking_it_back_undoes_that(desk):
    with without_csrf(desk.app):
        browser_of(desk.app, desk.anna).post("/courses/maths/lessons/intro/read")
    desk.press(desk.tutor, "confirm", desk.anna, "defence")
    assert desk.facts(desk.anna, COMPLETED) == []
    desk.press(desk.tutor, "confirm", desk.anna, "talk")
    completed = len(desk.facts(desk.anna, COMPLETED))
    desk.press(desk.tutor, "withdraw", desk.anna, "talk")

    assert completed == 1
    assert desk.facts(desk.anna, COMPLETED) == []


def test_participant_reads_the_title_who_confirms_and_the_day(desk):
    pupil = browser_of(desk.app, desk.anna)
    before = words(pupil.get("/courses/maths", headers=EN))
    desk.press(desk.tutor, "confirm", desk.anna)
    after = words(pupil.get("/courses/maths", headers=EN))
    russian = words(pupil.get("/courses/maths", headers={"Accept-Language": "ru"}))

    assert "Your tutor confirms: Criterion defence" in before
    assert re.search(r"Criterion defence: confirmed by a tutor on \w+ \d+, \d{4}", after)
    assert "Your tutor confirms: Criterion talk" in after
    assert "Орлова" not in after
    assert re.search(r"Criterion defence — .*\d{4} г\.", russian)


@pytest.mark.parametrize("act", ["confirm", "withdraw"])
def test_pupil_of_another_group_cannot_be_confirmed_for(desk, act):
    assert desk.press(desk.tutor, act, desk.stranger)[0] == 403
    assert desk.facts(desk.stranger) == []


@pytest.mark.parametrize("role", [Role.TEACHER, Role.MENTOR, Role.PARTICIPANT, Role.HOST])
def test_whoever_is_no_tutor_has_no_such_page(desk, role):
    person = make_person(desk.database, "Somebody", role, scope=desk.run.id)

    assert browser_of(desk.app, person).get(PAGE).status_code == 403
    assert desk.press(person, "confirm", desk.anna)[0] == 403
    assert desk.facts(desk.anna) == []


def test_nobody_confirms_for_themselves(desk):
    with desk.database.writing() as session:
        groups.add_member(session, desk.group_id, desk.tutor, by=None, at=now())
    enrol(desk.database, desk.run, desk.tutor)

    status, said = desk.press(desk.tutor, "confirm", desk.tutor)

    assert (status, "Ask another tutor" in said) == (403, True)
    assert "Орлова Ксения" not in " ".join(rows(desk.page(desk.tutor)))


def test_nonsense_is_refused_and_writes_nothing(desk):
    outside = make_person(desk.database, "Вне курса", Role.MENTOR)
    with desk.database.writing() as session:
        groups.add_member(session, desk.group_id, outside, by=None, at=now())

    answers = [
        desk.press(desk.tutor, "confirm", desk.anna, "no-such")[0],
        desk.press(desk.tutor, "confirm", outside)[0],
        desk.press(desk.tutor, "confirm", desk.anna, back="//evil.example")[1],
        browser_of(desk.app, desk.tutor).post(f"{PAGE}/{desk.run.id}/{desk.anna}/talk/confirm").status_code,
    ]

    assert answers == [422, 404, "/", 400]
    assert [fact.value["criterion"] for fact in desk.facts(desk.anna)] == ["defence"]


def test_filters_leave_what_was_asked_for(desk):
    for criterion in ("defence", "talk"):
        desk.press(desk.tutor, "confirm", desk.anna, criterion)
    desk.press(desk.tutor, "confirm", desk.boris)

    def names(query: str) -> list[str]:
        found = [row.partition(" Criterion")[0] for row in rows(desk.page(desk.tutor, query))]
        return list(dict.fromkeys(found))

    assert names("?state=open") == ["Бобров Борис"]
    assert names("?state=met") == ["Ёлкина Анна"]
    assert names("?q=елкина") == names("?q=АННА") == ["Ёлкина Анна"]
    assert names(f"?group={desk.group_id}") == ["Бобров Борис", "Ёлкина Анна"]
    assert names(f"?course={desk.run.id}&state=nonsense&page=x&group=x") == ["Бобров Борис", "Ёлкина Анна"]
    assert "Nobody here" in desk.page(desk.tutor, "?q=nobody")


def test_course_that_is_over_is_shown_when_it_is_chosen(desk, tmp_path):
    folder = write_course(tmp_path, "chess", kind="elective", rule='by_person = "game"', criteria=["game"])
    run = give(desk.database, folder, "2020", starts=now() - timedelta(days=99))
    enrol(desk.database, run, desk.anna)
    with desk.database.writing() as session:
        courses.end_run(session, "chess", "2020", (now() - timedelta(days=9)).date())

    assert "Criterion game" not in " ".join(rows(desk.page(desk.tutor)))
    assert "Course chess (over)" in desk.page(desk.tutor)
    assert [row.partition(" Course")[0] for row in rows(desk.page(desk.tutor, f"?course={run.id}"))] == [
        "Ёлкина Анна Criterion game"
    ]


def test_page_without_such_a_course_says_so_and_the_desk_has_no_tab(app, database, tmp_path):
    sync(database, write_course(tmp_path))
    admin = browser_of(app, make_person(database, "Admin", Role.ADMIN))

    assert "No course asks for a confirmation" in words(admin.get(PAGE, headers=EN))
    assert PAGE not in admin.get("/desk").text


def test_desk_and_course_page_lead_there(desk):
    tutor = browser_of(desk.app, desk.tutor)

    assert f'href="{PAGE}"' in tutor.get("/desk").text
    assert f'href="{PAGE}?course={desk.run.id}"' in tutor.get("/courses/maths").text
    assert PAGE not in browser_of(desk.app, desk.anna).get("/courses/maths").text


def test_long_list_comes_in_pages_and_takes_as_many_queries_whatever_its_length(desk):
    def fill(count: int) -> None:
        with desk.database.writing() as session:
            known = set(session.scalars(select(Person.id)))
        for number in range(count):
            pupil = make_person(desk.database, f"Pupil {len(known)} {number:02}", Role.PARTICIPANT)
            enrol(desk.database, desk.run, pupil)
            with desk.database.writing() as session:
                groups.add_member(session, desk.group_id, pupil, by=None, at=now())
            desk.press(desk.tutor, "confirm", pupil)

    fill(2)
    tutor = browser_of(desk.app, desk.tutor)
    tutor.get(PAGE)
    with counted(desk.database) as for_few:
        few = tutor.get(PAGE, headers=EN)
    fill(30)
    with counted(desk.database) as for_many:
        many = tutor.get(PAGE, headers=EN)
    last = tutor.get(f"{PAGE}?page=2", headers=EN)

    assert (len(rows(few.text)), len(rows(many.text)), len(rows(last.text))) == (8, 60, 8)
    assert 'rel="next"' in many.text
    assert len(for_many) == len(for_few) <= 16

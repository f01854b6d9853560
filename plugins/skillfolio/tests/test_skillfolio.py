"""Completions become entries, once each, whatever the order; who may see them; taking them along."""

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask

from lms import ledger
from lms.app import create_app
from lms.clock import now
from lms.courses.models import CourseRun
from lms.database import Database
from lms.jobs import list_failures
from lms.jobs.engine import Engine as JobEngine
from lms.ledger import Fact
from lms.people import groups
from lms.people.actor import Role
from lms.people.erasure import erase_person
from lms.people.models import Person
from lms.people.personal import export_person
from lms.settings import Settings
from lms_skillfolio.service import export, holders, list_entries
from tests.factories import courses
from tests.factories.jobs import do_all, waiting
from tests.factories.people import browser_of, make_person

CREDIT = "react.skillfolio.credit"
SKILL = '[[course.skills]]\nid = "data"\ntitle = { en = "Data literacy", ru = "Работа с данными" }'


@dataclass(frozen=True, slots=True)
class Story:
    """A participant, and a course of one scored step that is theirs."""

    app: Flask
    database: Database
    person_id: UUID
    run: CourseRun

    def complete(self, *, points: str = "7", generation: int = 1) -> None:
        courses.score(self.database, self.run, self.person_id, "dig", points, generation=generation)

    def take_score_back(self) -> None:
        with self.database.writing() as session:
            facts = ledger.list_facts(session, self.person_id, kinds=["activity.scored"])
            ledger.void(session, facts[0], reason="released_by_mistake", at=now(), actor_id=None)

    def entries(self) -> list[dict[str, object]]:
        with self.database.reading() as session:
            return export(session, self.person_id)

    def standing(self) -> int:
        with self.database.reading() as session:
            return len(list_entries(session, self.person_id))


@pytest.fixture
def story(app: Flask, database: Database, tmp_path: Path) -> Story:
    return make_story(app, tmp_path)


def make_story(app: Flask, folder: Path) -> Story:
    database: Database = app.extensions["lms.database"]
    courses.know_quests(database)
    person_id = make_person(database, "Вера Иванова", Role.PARTICIPANT)
    run = courses.sync(database, courses.write_course(folder, "digging", steps=["quest:dig"], head=SKILL))
    return Story(app, database, person_id, run)


def test_completion_becomes_an_entry_with_skills_and_evidence(story: Story) -> None:
    story.complete(points="7.5")

    do_all(story.app, CREDIT)

    entry = story.entries()[0]
    assert entry["title"] == {"en": "Course digging"}
    assert entry["hours"] == 3
    assert entry["skills"] == [{"id": "data", "title": {"en": "Data literacy", "ru": "Работа с данными"}}]
    assert [(one["title"], one["score"], one["max"]) for one in entry["evidence"]] == [
        ({"en": "Step dig"}, "7.5", "10")
    ]
    assert entry["withdrawn_at"] is None


def test_completion_heard_many_times_is_one_entry(story: Story) -> None:
    story.complete()

    do_all(story.app, CREDIT)
    first = story.entries()
    do_all(story.app, CREDIT)

    assert story.entries() == first
    assert len(first) == 1


@pytest.mark.parametrize("backwards", [False, True], ids=["in order", "taking back heard first"])
def test_completion_taken_back_withdraws_the_entry(story: Story, *, backwards: bool) -> None:
    story.complete()
    story.take_score_back()
    assert len(waiting(story.database, CREDIT)) == 2

    do_all(story.app, CREDIT, backwards=backwards)

    assert story.standing() == 0
    assert [entry["withdrawn_at"] is not None for entry in story.entries()] == [True]


def test_completion_regained_is_an_entry_of_its_own(story: Story) -> None:
    story.complete()
    story.take_score_back()
    story.complete(generation=2, points="9")

    do_all(story.app, CREDIT, backwards=True)

    assert story.standing() == 1
    assert sorted(entry["withdrawn_at"] is None for entry in story.entries()) == [False, True]


@pytest.mark.databases("sqlite")
def test_plugin_enabled_in_mid_year_sees_the_past(settings: Settings, tmp_path: Path) -> None:
    without = create_app(settings.model_copy(update={"disabled_plugins": frozenset({"skillfolio"})}))
    before = make_story(without, tmp_path)
    before.complete()
    close(without)
    app = create_app(settings)
    database: Database = app.extensions["lms.database"]
    assert waiting(database, CREDIT) == []

    with database.writing() as session:
        enlisted = ledger.replay(session, "skillfolio.credit", generation=1)
    do_all(app, CREDIT)

    with database.reading() as session:
        titles = [entry.title for entry in list_entries(session, before.person_id)]
        assert list_failures(session) == []
    close(app)
    assert (enlisted, titles) == (1, [{"en": "Course digging"}])


def close(app: Flask) -> None:
    app.extensions["lms.registries"].get(JobEngine).close()
    app.extensions["lms.database"].engine.dispose()


def test_page_shows_ones_own_entries_in_ones_language(story: Story) -> None:
    story.complete()
    do_all(story.app, CREDIT)
    browser = browser_of(story.app, story.person_id)

    russian = browser.get("/skillfolio", headers={"Accept-Language": "ru"}).text
    english = browser.get("/skillfolio", headers={"Accept-Language": "en"}).text

    assert "Работа с данными" in russian
    assert "показан 1 раз" in russian
    assert "Data literacy" in english
    assert "shown once" in english


def test_tutor_sees_the_skillfolios_of_their_group_and_no_others(story: Story) -> None:
    own, other = (make_person(story.database, name) for name in ("Олег Тьюторов", "Анна Другая"))
    with story.database.writing() as session:
        mine = groups.create_group(session, "7А", by=None, at=now())
        theirs = groups.create_group(session, "7Б", by=None, at=now())
        groups.add_member(session, mine.id, story.person_id, by=None, at=now())
        groups.add_tutor(session, mine.id, own, by=None, at=now())
        groups.add_tutor(session, theirs.id, other, by=None, at=now())
    address = f"/skillfolio/{story.person_id}"

    answers = [browser_of(story.app, person).get(address).status_code for person in (own, other)]

    assert answers == [200, 404]


def test_group_and_person_pages_lead_to_the_skillfolio_of_participants(story: Story) -> None:
    tutor = make_person(story.database, "Олег Тьюторов")
    admin = make_person(story.database, "Анна Админова", Role.ADMIN)
    with story.database.writing() as session:
        group = groups.create_group(session, "7А", by=None, at=now())
        groups.add_member(session, group.id, story.person_id, by=None, at=now())
        groups.add_tutor(session, group.id, tutor, by=None, at=now())
    link = f'href="/skillfolio/{story.person_id}"'

    of_tutor = browser_of(story.app, tutor).get(f"/groups/{group.id}").text
    paths = (f"groups/{group.id}", story.person_id, tutor)
    of_admin = [browser_of(story.app, admin).get(f"/admin/people/{path}").text for path in paths]

    assert link in of_tutor
    assert link in of_admin[0]
    assert link in of_admin[1]
    assert 'href="/skillfolio/' not in of_admin[2]


def test_participant_sees_nobody_elses_skillfolio(story: Story) -> None:
    other = make_person(story.database, "Пётр Сосед", Role.PARTICIPANT)

    answer = browser_of(story.app, other).get(f"/skillfolio/{story.person_id}")

    assert answer.status_code == 404
    assert browser_of(story.app, story.person_id).get(f"/skillfolio/{story.person_id}").status_code == 200


@pytest.mark.parametrize(
    ("role", "is_scoped", "seen"),
    [
        (Role.TUTOR, True, {"Вера Иванова"}),
        (Role.MENTOR, True, {"Вера Иванова"}),
        (Role.ADMIN, False, {"Вера Иванова", "Пётр Сосед"}),
    ],
)
def test_list_shows_those_whom_one_accompanies(story: Story, role: Role, *, is_scoped: bool, seen: set[str]) -> None:
    make_person(story.database, "Пётр Сосед", Role.PARTICIPANT)
    with story.database.writing() as session:
        group = groups.create_group(session, "7А", by=None, at=now())
        groups.add_member(session, group.id, story.person_id, by=None, at=now())
    staff = make_person(story.database, "Олег Старший", role, scope=group.id if is_scoped else None)
    browser = browser_of(story.app, staff)

    page = browser.get("/skillfolio").text
    found = browser.get("/skillfolio?q=ВЕРА").text

    assert {name for name in ("Вера Иванова", "Пётр Сосед") if name in page} == seen
    assert "Вера Иванова" in found
    assert "Пётр Сосед" not in found
    assert f"/skillfolio/{story.person_id}" in page


def test_mentor_of_nobody_is_told_so(story: Story) -> None:
    with story.database.writing() as session:
        group = groups.create_group(session, "7Б", by=None, at=now())
    mentor = make_person(story.database, "Олег Старший", Role.MENTOR, scope=group.id)

    page = browser_of(story.app, mentor).get("/skillfolio", headers={"Accept-Language": "en"}).text

    assert "You accompany nobody yet" in page
    assert "Вера Иванова" not in page


def test_list_counts_what_stands(story: Story) -> None:
    story.complete()
    do_all(story.app, CREDIT)

    with story.database.reading() as session:
        (holder,) = holders(session, [session.get_one(Person, story.person_id)])

    assert (holder.entries, holder.earned_at is not None) == (1, True)


def test_taking_it_along_gives_everything_as_a_file(story: Story) -> None:
    story.complete()
    do_all(story.app, CREDIT)

    answer = browser_of(story.app, story.person_id).get("/skillfolio/export.json")

    assert answer.headers["Content-Disposition"] == "attachment; filename=skillfolio.json"
    assert answer.json == story.entries()


def test_erased_person_leaves_no_entry(story: Story) -> None:
    admin = make_person(story.database, "Админ", Role.ADMIN)
    story.complete()
    do_all(story.app, CREDIT)

    with story.database.writing() as session:
        exported = export_person(session, story.person_id, by=admin, at=now()).rows["skillfolio"]["rows"]
        erase_person(session, story.person_id, by=admin, at=now())

    assert len(exported) == 1
    assert story.entries() == []


def test_entry_names_the_fact_it_credits(story: Story) -> None:
    story.complete()
    do_all(story.app, CREDIT)

    with story.database.reading() as session:
        entry = list_entries(session, story.person_id)[0]
        fact = session.get_one(Fact, entry.fact_id)

    assert (fact.kind, fact.subject) == ("course.completed", "course:digging")

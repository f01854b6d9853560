"""How facts about courses and steps are shown to whoever keeps a copy of the text."""

from dataclasses import replace

import pytest

from lms.ledger import Fact
from lms.ledger.subjects import Skill, SubjectKinds, SubjectView
from lms.people.actor import Role
from tests.factories.courses import score, sync, write_course
from tests.factories.people import make_person

HEAD = 'skills = [{ id = "logic", title = { en = "Logic" } }]'


@pytest.fixture
def fact(database, tmp_path):
    """A score, outside any request, as a job meets it."""
    run = sync(database, write_course(tmp_path, head=HEAD), code="2026-a")
    person = make_person(database, "Person", Role.PARTICIPANT)
    fact_id = score(database, run, person, "dig", "5")
    with database.reading() as session:
        found = session.get_one(Fact, fact_id)
        session.expunge(found)
    return found


def view(database, kind, fact):
    with database.reading() as session:
        return database.registries.get(SubjectKinds).get(kind).view(session, fact)


def test_activity_is_shown_with_its_page_and_the_skills_of_its_course(database, fact):
    assert view(database, "activity", fact) == SubjectView(
        {"en": "Step dig"}, "/quests/dig?run=2026-a", 0, (Skill("logic", {"en": "Logic"}),)
    )


def test_course_is_shown_with_its_hours_also_for_a_fact_without_a_run(database, fact):
    shown = SubjectView({"en": "Course maths"}, "/courses/maths?run=2026-a", 3, (Skill("logic", {"en": "Logic"}),))
    assert view(database, "course", fact) == shown

    fact.course_run_id = None

    assert view(database, "course", fact) == replace(shown, url="/courses/maths")


def test_what_is_gone_is_not_shown(database, fact):
    fact.subject, fact.course_run_id = "activity:maths/gone", None
    assert view(database, "activity", fact) is None

    fact.subject = "course:gone"

    assert view(database, "course", fact) is None

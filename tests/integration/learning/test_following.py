"""What tutors see of their participants in a run: how far they are, who needs help, nobody else's."""

import csv
from io import BytesIO, StringIO

import pytest
from sqlalchemy import select

from lms.clock import now
from lms.grading.models import Attempt
from lms.people import groups
from lms.people.actor import Role
from tests.factories import notebooks as nb
from tests.factories.courses import enrol, give, score, write_course
from tests.factories.people import browser_of, make_person, without_csrf
from tests.integration.learning.test_deadlines import BEGAN, DAY
from tests.integration.learning.test_pages import EN, counted, words

STEPS = ["lesson:intro", "assignment:sums", "quest:dig"]
PATH = "/courses/maths/participants?run=2026"
CSV = "/courses/maths/participants.csv?run=2026"


@pytest.fixture
def run(database, tmp_path):
    rule = 'all = [{ activity = "intro" }, { activity = "dig", at_least = 0.6 }]'
    folder = write_course(tmp_path, "maths", steps=STEPS, rule=rule)
    nb.write_assignment(folder, "sums", {"sums": [nb.solution("x", "x = 7"), nb.checks("x-test", 2, "assert x == 7")]})
    return give(database, folder, "2026", starts=now() - BEGAN)


@pytest.fixture
def pupils(database, run):
    """Three in the run; of Anna's work too few points came."""
    made = {name: make_person(database, name, Role.PARTICIPANT) for name in ("Anna", "Boris", "=Vera")}
    for person_id in made.values():
        enrol(database, run, person_id)
    score(database, run, made["Anna"], "dig", "5")
    return made


@pytest.fixture
def tutor(database, pupils):
    """Of a group with Anna and Vera in it."""
    tutor_id = make_person(database, "Ksenia")
    with database.writing() as session:
        group = groups.create_group(session, "Kama", by=None, at=now())
        groups.add_tutor(session, group.id, tutor_id, by=None, at=now())
        for name in ("Anna", "=Vera"):
            groups.add_member(session, group.id, pupils[name], by=None, at=now())
    return tutor_id


def test_tutor_sees_the_participants_of_their_group_alone(app, tutor):
    said = words(browser_of(app, tutor).get(PATH, headers=EN))

    assert "Anna" in said
    assert "Not enough points yet" in said
    assert "=Vera" in said
    assert "Boris" not in said


def test_administrator_sees_everybody_with_a_link_to_the_person(app, database, pupils):
    page = browser_of(app, make_person(database, "Chief", Role.ADMIN)).get(PATH, headers=EN)

    assert all(name in words(page) for name in pupils)
    assert f'href="/admin/people/{pupils["Boris"]}"' in page.text


def test_state_of_a_step_leads_to_the_latest_work(app, database, pupils, tutor):
    with without_csrf(app):
        for content in (b"{}", b"[]"):
            browser_of(app, pupils["Anna"]).post(
                "/courses/maths/assignments/sums?run=2026",
                data={"notebook": (BytesIO(content), "sums.ipynb")},
                content_type="multipart/form-data",
            )
    with database.reading() as session:
        first, latest = session.scalars(select(Attempt.id).order_by(Attempt.number)).all()

    page = browser_of(app, tutor).get(PATH, headers=EN)

    assert f'href="/work/{latest}/feedback"' in page.text
    assert f"/work/{first}/" not in page.text


def test_filter_leaves_those_who_need_help(app, tutor):
    said = words(browser_of(app, tutor).get(f"{PATH}&state=help", headers=EN))

    assert "Anna" in said
    assert "Too few points" in said
    assert "=Vera" not in said


def test_table_holds_the_same_and_no_formula(app, tutor):
    answer = browser_of(app, tutor).get(CSV, headers=EN)

    rows = list(csv.reader(StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    assert rows == [
        ["Participant", "Step intro", "Step sums", "Step dig", "Needs help"],
        ["'=Vera", "Not started", "Not started", "Not started", ""],
        ["Anna", "Not started", "Not started", "Not enough points yet", "Too few points"],
    ]


@pytest.mark.parametrize("role", [Role.PARTICIPANT, Role.TEACHER, Role.MENTOR])
@pytest.mark.parametrize("path", [PATH, CSV])
def test_who_tutors_nobody_sees_nothing(app, database, run, role, path):
    assert browser_of(app, make_person(database, "Other", role)).get(path).status_code == 403


def test_page_takes_as_many_queries_for_thirty_participants_as_for_three(app, database, tmp_path):
    steps = ["lesson:intro", "assignment:sums"]
    folder = write_course(tmp_path, "maths", steps=steps, step_fields={"sums": "due_days = 7"})
    nb.write_assignment(folder, "sums", {"sums": [nb.solution("x", "x = 7"), nb.checks("x-test", 2, "assert x == 7")]})
    run = give(database, folder, "2026", starts=now() - 2 * DAY)
    chief = browser_of(app, make_person(database, "Chief", Role.ADMIN))
    for number in range(3):
        enrol(database, run, make_person(database, f"Pupil {number}", Role.PARTICIPANT))
    chief.get(PATH)

    with counted(database) as for_three:
        chief.get(PATH)
    for number in range(27):
        enrol(database, run, make_person(database, f"More {number}", Role.PARTICIPANT))
    with counted(database) as for_thirty:
        chief.get(PATH)

    assert len(for_thirty) == len(for_three) <= 14

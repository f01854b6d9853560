"""What a participant and the staff see of a course that is given year after year."""

import re
from datetime import timedelta
from io import BytesIO

import pytest

from lms.clock import now
from lms.courses.models import CourseRun
from lms.people.actor import Role
from tests.factories import notebooks as nb
from tests.factories.courses import enrol, give, score, write_course
from tests.factories.people import browser_of, make_person, without_csrf
from tests.integration.learning.test_pages import EN, counted, words

DAY = timedelta(days=1)


@pytest.fixture
def person(database):
    return make_person(database, "Maria Petrova", Role.PARTICIPANT)


@pytest.fixture
def reader(app, person):
    with without_csrf(app):
        yield browser_of(app, person)


@pytest.fixture
def years(database, tmp_path, person):
    """The elective `chess`: last year's run, in which the person was, is over; this year's is on."""
    folder = write_course(tmp_path, "chess", kind="elective", steps=["lesson:intro", "lesson:outro", "quest:dig"])
    last = give(database, folder, "2025", starts=now() - 400 * DAY)
    enrol(database, last, person)
    score(database, last, person, "dig", "7")
    with database.writing() as session:
        session.get_one(CourseRun, last.id).ends_at = now() - 40 * DAY
    return last, give(database, folder, "2026", starts=now() - 30 * DAY)


def test_course_that_is_over_can_be_read_and_nothing_else(reader, years):
    page = reader.get("/courses/chess", headers=EN)
    lesson = reader.get("/courses/chess/lessons/intro", headers=EN)
    read = reader.post("/courses/chess/lessons/intro/read", headers=EN)
    left = reader.post("/courses/chess/leave", headers=EN)

    assert "This course is over" in words(page)
    assert 'href="/courses/chess/lessons/intro"' in page.text
    assert "step--now" not in page.text
    assert (lesson.status_code, "/read" in lesson.text) == (200, False)
    assert (read.status_code, "This course is over" in words(read)) == (409, True)
    assert left.status_code == 409


def test_this_years_run_is_in_the_catalogue_and_is_opened_as_such(reader, years):
    listed = reader.get("/courses", headers=EN)
    page = reader.get("/courses/chess?run=2026", headers=EN)
    refused = reader.get("/courses/chess/lessons/intro?run=2026", headers=EN)

    assert listed.text.count('class="card-title"') == 1
    assert 'href="/courses/chess?run=2026"' in listed.text
    assert 'action="/courses/chess/join?run=2026"' in page.text
    assert refused.status_code == 403


def test_choosing_it_again_makes_the_new_run_the_one_that_is_meant_and_keeps_the_old(reader, years):
    joined = reader.post("/courses/chess/join?run=2026")
    now_meant = reader.get("/courses/chess", headers=EN)
    old = reader.get("/courses/chess?run=2025", headers=EN)
    old_lesson = reader.get("/courses/chess/lessons/intro?run=2025", headers=EN)
    read = reader.post("/courses/chess/lessons/intro/read")

    assert joined.location == "/courses/chess?run=2026"
    assert "This course is over" not in words(now_meant)
    assert "This course is over" in words(old)
    assert 'href="/courses/chess/lessons/intro?run=2025"' in old.text
    assert 'href="/courses/chess/lessons/outro?run=2025"' in old_lesson.text
    assert 'href="/courses/chess?run=2025"' in old_lesson.text
    assert re.findall(r'href="/courses/chess\?run=(\d+)"[^>]*>Run', now_meant.text) == ["2026", "2025"]
    assert read.location == "/courses/chess/lessons/outro"


def test_home_lists_what_is_over_as_finished_and_asks_for_nothing_there(reader, years, database, person):
    before = words(reader.get("/", headers=EN))
    enrol(database, years[1], person)
    page = reader.get("/", headers=EN)

    assert re.search(r"Finished Course chess until .* 1 of 3 steps", before)
    assert "Next in your courses" not in before
    assert "Next in your courses" in words(page)
    finished = page.text.partition('id="finished-courses"')[2]
    assert 'href="/courses/chess?run=2025"' in finished


def test_completed_course_of_a_former_year_stays_finished(database, tmp_path, reader, person):
    run = give(database, write_course(tmp_path, "done", steps=["quest:dig"]), "2025", starts=now() - 400 * DAY)
    score(database, run, person, "dig", "9")
    enrol(database, run, person)
    with database.writing() as session:
        session.get_one(CourseRun, run.id).ends_at = now() - DAY

    assert re.search(r"Finished Course done until .* Completed", words(reader.get("/", headers=EN)))


def test_elective_to_come_stands_in_the_catalogue_with_its_first_day(database, tmp_path, reader):
    give(database, write_course(tmp_path, "go", kind="elective"), "2027", starts=now() + 20 * DAY)
    with_end = write_course(tmp_path, "gone", kind="elective")
    give(database, with_end, "2024", starts=now() - 20 * DAY, ends=now() - DAY)

    said = words(reader.get("/courses", headers=EN))

    assert "Course go" in said
    assert "Starts on" in said
    assert "Course gone" not in said


def test_mandatory_run_of_others_is_unknown_by_its_code_too(database, tmp_path, reader, person):
    folder = write_course(tmp_path, head='cohorts = ["c25"]')
    give(database, folder, "2025", starts=now() - 400 * DAY)
    mine = give(database, folder, "2026", starts=now() - DAY)
    enrol(database, mine, person)

    answers = [reader.get(f"/courses/maths{query}").status_code for query in ("", "?run=2026", "?run=2025", "?run=x")]

    assert answers == [200, 200, 404, 404]


def test_staff_see_the_runs_of_every_year_those_that_are_over_apart(app, years):
    admin = browser_of(app, make_person(app.extensions["lms.database"], "Admin", Role.ADMIN))

    listed = admin.get("/courses/all", headers=EN)
    over = listed.text.partition("Over</h2>")
    page = admin.get("/courses/chess?run=2025", headers=EN)

    assert 'href="/courses/chess"' in over[0]
    assert 'href="/courses/chess?run=2025"' in over[2]
    assert "This course is over" in words(page)


def test_teacher_of_last_years_run_alone_sees_that_one(app, database, years):
    teacher = browser_of(app, make_person(database, "Teacher", Role.TEACHER, scope=years[0].id))

    listed = teacher.get("/courses/all", headers=EN)

    assert listed.text.count("Course chess") == 1
    assert "This course is over" in words(teacher.get("/courses/chess", headers=EN))
    assert teacher.get("/courses/chess?run=2026").status_code == 404


def test_course_page_takes_as_many_queries_for_one_run_as_for_five(database, tmp_path, reader, person):
    folder = write_course(tmp_path, "chess", kind="elective")
    enrol(database, give(database, folder, "2026", starts=now() - DAY), person)
    for number in range(2):
        enrol(database, give(database, folder, f"201{number}", starts=now() - (9 - number) * 365 * DAY), person)
    reader.get("/courses/chess")
    with counted(database) as for_three:
        reader.get("/courses/chess")
    for number in range(2, 6):
        enrol(database, give(database, folder, f"201{number}", starts=now() - (9 - number) * 365 * DAY), person)
    with counted(database) as for_seven:
        reader.get("/courses/chess")

    assert len(for_seven) == len(for_three)


def test_work_handed_in_to_a_course_that_is_over_is_refused_with_the_sentence(database, tmp_path, reader, person):
    folder = write_course(tmp_path, "sums", steps=["assignment:add"])
    nb.write_assignment(folder, "add", {"add": [nb.solution("a", "x = 1"), nb.checks("t", 1, "assert x")]})
    run = give(database, folder, "2025", starts=now() - 400 * DAY)
    enrol(database, run, person)
    with database.writing() as session:
        session.get_one(CourseRun, run.id).ends_at = now() - DAY

    page = reader.get("/courses/sums/assignments/add", headers=EN)
    sent = reader.post(
        "/courses/sums/assignments/add",
        data={"notebook": (BytesIO(b"{}"), "add.ipynb")},
        content_type="multipart/form-data",
        headers=EN,
    )

    assert "This course is over; nothing can be handed in any more." in words(page)
    assert sent.status_code == 409
    assert "This course is over; nothing can be handed in any more." in words(sent)

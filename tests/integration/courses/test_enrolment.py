"""Seats, choice, and courses that are everyone's by rule."""

import threading

import pytest
from sqlalchemy import func, select

from lms.clock import now
from lms.courses import service
from lms.courses.models import CourseRun, Enrolment
from lms.database import new_id
from lms.errors import Conflict, Forbidden
from lms.people.actor import Role
from lms.people.models import Cohort, CohortMember
from lms.people.personal import PersonalDataRegistry
from tests.factories.courses import enrol, sync, write_course
from tests.factories.people import make_person


def join_cohort(database, code, *person_ids):
    with database.writing() as session:
        cohort = session.scalar(select(Cohort).where(Cohort.code == code))
        if cohort is None:
            cohort = Cohort(id=new_id(), code=code, title=code)
            session.add(cohort)
            session.flush()
        session.add_all(CohortMember(cohort_id=cohort.id, person_id=person_id) for person_id in person_ids)


def enrolled(database, run):
    with database.reading() as session:
        query = select(Enrolment.person_id).where(Enrolment.run_id == run.id, Enrolment.left_at.is_(None))
        return set(session.scalars(query))


def test_enrol_many_at_once_never_takes_more_seats_than_there_are(database, tmp_path):
    run = sync(database, write_course(tmp_path, kind="elective", head="seats = 5"))
    people = [make_person(database, f"Person {number}", Role.PARTICIPANT) for number in range(16)]
    start = threading.Barrier(len(people))
    refused = []

    def choose(person_id):
        start.wait()
        try:
            enrol(database, run, person_id)
        except Conflict:
            refused.append(person_id)

    threads = [threading.Thread(target=choose, args=(person_id,)) for person_id in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(enrolled(database, run)) == 5
    assert len(refused) == 11
    with database.reading() as session:
        assert session.get_one(CourseRun, run.id).seats_taken == 5


def test_enrol_the_same_person_at_once_takes_one_seat(database, tmp_path):
    run = sync(database, write_course(tmp_path, kind="elective", head="seats = 5"))
    person = make_person(database, "Person", Role.PARTICIPANT)
    start = threading.Barrier(6)

    def choose():
        start.wait()
        enrol(database, run, person)

    threads = [threading.Thread(target=choose) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert enrolled(database, run) == {person}
    with database.reading() as session:
        assert session.get_one(CourseRun, run.id).seats_taken == 1


def test_leave_gives_the_seat_back_once_and_coming_back_keeps_one_row(database, tmp_path):
    run = sync(database, write_course(tmp_path, kind="elective", head="seats = 1"))
    first, second = (make_person(database, name, Role.PARTICIPANT) for name in ("First", "Second"))
    enrol(database, run, first)
    with pytest.raises(Conflict):
        enrol(database, run, second)

    with database.writing() as session:
        service.leave(session, run.id, first, at=now())
        service.leave(session, run.id, first, at=now())
    enrol(database, run, second)
    with database.writing() as session:
        service.leave(session, run.id, second, at=now())
    enrol(database, run, first)

    assert enrolled(database, run) == {first}
    with database.reading() as session:
        assert session.get_one(CourseRun, run.id).seats_taken == 1
        assert session.scalar(select(func.count()).select_from(Enrolment)) == 2


def test_leave_a_mandatory_course_is_refused(database, tmp_path):
    person = make_person(database, "Person", Role.PARTICIPANT)
    run = sync(database, write_course(tmp_path))

    with pytest.raises(Forbidden), database.writing() as session:
        service.leave(session, run.id, person, at=now())

    assert enrolled(database, run) == {person}


def test_mandatory_course_is_every_participants_and_nobody_elses(database, tmp_path):
    participant = make_person(database, "Participant", Role.PARTICIPANT)
    make_person(database, "Tutor", Role.TUTOR)

    run = sync(database, write_course(tmp_path))

    assert enrolled(database, run) == {participant}


def test_mandatory_course_of_cohorts_is_their_members(database, tmp_path):
    inside, later, outside = (make_person(database, name, Role.PARTICIPANT) for name in ("In", "Later", "Out"))
    join_cohort(database, "2026", inside)
    join_cohort(database, "2025", outside)
    run = sync(database, write_course(tmp_path, head='cohorts = ["2026", "2027"]'))
    join_cohort(database, "2027", later)

    with database.writing() as session:
        count = [service.enrol_mandatory(session, person, at=now()) for person in (inside, later, outside, later)]

    assert count == [0, 1, 0, 0]
    assert enrolled(database, run) == {inside, later}


def test_enrol_mandatory_catches_up_with_every_course_of_a_newcomer(database, tmp_path):
    runs = [sync(database, write_course(tmp_path, f"course-{number}")) for number in range(4)]
    newcomer = make_person(database, "Newcomer", Role.PARTICIPANT)

    with database.writing() as session:
        assert service.enrol_mandatory(session, newcomer, at=now()) == 4

    assert [enrolled(database, run) for run in runs] == [{newcomer}] * 4
    with database.reading() as session:
        assert [run.slug for run in service.list_enrolled_runs(session, newcomer)] == [run.slug for run in runs]


def test_erased_person_leaves_no_row_and_frees_the_seat(database, tmp_path):
    run = sync(database, write_course(tmp_path, kind="elective", head="seats = 2"))
    gone, stays = (make_person(database, name, Role.PARTICIPANT) for name in ("Gone", "Stays"))
    enrol(database, run, gone)
    enrol(database, run, stays)
    personal = database.registries.get(PersonalDataRegistry).get("courses")

    with database.writing() as session:
        exported = personal.export(session, gone)
        personal.erase(session, gone)

    assert [(row["course"], row["source"], row["left_at"]) for row in exported] == [("maths", "admin", None)]
    assert enrolled(database, run) == {stays}
    with database.reading() as session:
        assert session.get_one(CourseRun, run.id).seats_taken == 1

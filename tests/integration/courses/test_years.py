"""A course that is given year after year: which run is whose, and what happens at its ends."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from lms.clock import now
from lms.courses import service
from lms.courses.content import PlannedRun
from lms.courses.mandatory import enrol_by_rule
from lms.courses.models import CourseRun, Enrolment
from lms.errors import Conflict, Invalid, NotFound
from lms.jobs import JobRun
from lms.people import cohorts
from lms.people.actor import Role
from tests.factories.courses import enrol, give, sync, write_course
from tests.factories.people import actor_of, make_person

YEAR = timedelta(days=365)
DAY = timedelta(days=1)


@pytest.fixture
def chess(tmp_path):
    return write_course(tmp_path, "chess", kind="elective", head="seats = 3")


def over(database, run):
    """Let the run have ended yesterday."""
    with database.writing() as session:
        session.get_one(CourseRun, run.id).ends_at = now() - DAY


def meant(database, slug, person_id, code=""):
    with database.reading() as session:
        run = service.find_run_for(session, slug, by=actor_of(database, person_id), at=now(), code=code)
        return run.code if run is not None else None


def people_of(database, run):
    with database.reading() as session:
        query = select(Enrolment.person_id).where(Enrolment.run_id == run.id, Enrolment.left_at.is_(None))
        return set(session.scalars(query))


def test_opening_next_years_run_takes_this_years_from_nobody(database, chess):
    this = give(database, chess, "2026", starts=now() - YEAR)
    old = make_person(database, "Old", Role.PARTICIPANT)
    enrol(database, this, old)

    following = give(database, chess, "2027", starts=now() - DAY)
    new = make_person(database, "New", Role.PARTICIPANT)
    enrol(database, following, new)

    assert [meant(database, "chess", person) for person in (old, new)] == ["2026", "2027"]
    assert meant(database, "chess", old, "2027") == "2027"
    assert meant(database, "chess", make_person(database, "Nobody", Role.PARTICIPANT)) == "2027"
    assert meant(database, "chess", old, "2031") is None


def test_of_several_runs_of_a_person_the_one_that_is_on_is_meant(database, chess):
    person = make_person(database, "Repeats", Role.PARTICIPANT)
    runs = {
        "2024": give(database, chess, "2024", starts=now() - 3 * YEAR),
        "2025": give(database, chess, "2025", starts=now() - 2 * YEAR),
        "2026": give(database, chess, "2026", starts=now() - DAY),
        "2027": give(database, chess, "2027", starts=now() + YEAR),
    }
    found = []
    for code in ("2024", "2027", "2025", "2026"):
        enrol(database, runs[code], person)
        found.append(meant(database, "chess", person))
    over(database, runs["2026"])
    over(database, runs["2024"])

    assert found == ["2024", "2024", "2025", "2026"]
    assert meant(database, "chess", person) == "2025"


def test_who_left_gets_the_current_run_and_staff_the_one_of_which_they_are(database, chess):
    last, this = (
        give(database, chess, code, starts=starts) for code, starts in (("2025", now() - YEAR), ("2026", now() - DAY))
    )
    person = make_person(database, "Left", Role.PARTICIPANT)
    enrol(database, last, person)
    with database.writing() as session:
        service.leave(session, last.id, person, at=now())
    teacher = make_person(database, "Teacher", Role.TEACHER, scope=last.id)

    assert meant(database, "chess", person) == this.code
    assert meant(database, "chess", teacher) == last.code
    assert meant(database, "chess", make_person(database, "Admin", Role.ADMIN)) == this.code


def test_query_and_list_prefer_the_same_run_whatever_the_periods(database, chess):
    chance = random.Random(7)
    moments = [now() + timedelta(days=chance.randint(-800, 800)) for _ in range(24)]
    with database.writing() as session:
        course = service.load(session, chess)
        kept = service.sync(session, course, at=now()).run
        for number, start in enumerate(moments):
            end = start + timedelta(days=chance.randint(1, 500)) if chance.random() < 0.7 else None
            session.add(
                CourseRun(
                    slug="chess",
                    code=f"r{number}",
                    kind="elective",
                    snapshot_id=kept.snapshot_id,
                    contract=kept.contract,
                    contract_version=1,
                    cohorts=[],
                    seats_taken=0,
                    starts_at=start,
                    ends_at=end,
                )
            )
    with database.reading() as session:
        runs = service.list_runs_of(session, "chess")
        for at in sorted(moments):
            first = service.by_preference(runs, at)[0]
            current = service.find_current_run(session, "chess", at=at)
            listed = service.list_runs(session, at=at)

            assert current is not None
            assert current.code == first.code
            assert [run.code for run in listed] == ([] if service.is_over(first, at) else [first.code])


def test_run_that_is_over_takes_nobody_and_lets_nobody_go(database, chess):
    run = give(database, chess, "2026", starts=now() - YEAR)
    inside, outside = (make_person(database, name, Role.PARTICIPANT) for name in ("In", "Out"))
    enrol(database, run, inside)
    over(database, run)

    enrol(database, run, inside)
    with pytest.raises(Conflict, match="This course is over"):
        enrol(database, run, outside)
    with pytest.raises(Conflict, match="stays in your list"), database.writing() as session:
        service.leave(session, run.id, inside, at=now())

    assert people_of(database, run) == {inside}


def test_mandatory_run_of_every_year_is_newcomers_only(database, tmp_path):
    folder = write_course(tmp_path)
    old = make_person(database, "Old", Role.PARTICIPANT)
    last = give(database, folder, "2025", starts=now() - YEAR)

    this = give(database, folder, "2026", starts=now() - DAY)
    new = make_person(database, "New", Role.PARTICIPANT)
    with database.writing() as session:
        counts = [service.enrol_mandatory(session, person, at=now()) for person in (old, new, new)]
        service.enrol_everyone(session, session.get_one(CourseRun, last.id), at=now())

    assert counts == [0, 1, 0]
    assert (people_of(database, last), people_of(database, this)) == ({old}, {new})


def test_late_member_of_last_years_cohort_comes_into_last_years_run(database, tmp_path):
    last = give(database, write_course(tmp_path, head='cohorts = ["c25"]'), "2025", starts=now() - YEAR)
    this = give(database, write_course(tmp_path, head='cohorts = ["c26"]'), "2026", starts=now() - DAY)
    late = make_person(database, "Late", Role.PARTICIPANT)
    with database.writing() as session:
        cohorts.join(session, cohorts.find_or_create_cohort(session, "c25").id, late)
        service.enrol_mandatory(session, late, at=now())

    assert (people_of(database, last), people_of(database, this)) == ({late}, set())


def test_mandatory_run_to_come_gets_its_people_when_it_starts(database, tmp_path):
    folder = write_course(tmp_path)
    person = make_person(database, "Person", Role.PARTICIPANT)
    run = give(database, folder, "2027", starts=now() + 9 * DAY)
    before = people_of(database, run)

    for at in (now(), now() + 10 * DAY):
        enrol_by_rule(JobRun("j", {}, 1, database, lambda at=at: at))
        if at < run.starts_at:
            assert people_of(database, run) == set()

    assert before == set()
    assert people_of(database, run) == {person}


def test_sync_follows_the_run_of_the_file(database, tmp_path):
    last = sync(database, write_course(tmp_path, run='code = "2026"\nstarts = 2026-09-01\nends = 2027-05-31'))
    this = sync(database, write_course(tmp_path, run='code = "2027"\nstarts = 2027-09-01'))
    longer = sync(database, write_course(tmp_path, run='code = "2026"\nstarts = 2026-09-01\nends = 2027-06-30'))

    assert (last.code, this.code, longer.id) == ("2026", "2027", last.id)
    assert last.starts_at == datetime(2026, 8, 31, 19, tzinfo=UTC)
    assert last.ends_at == datetime(2027, 5, 31, 18, 59, tzinfo=UTC)
    assert longer.ends_at == datetime(2027, 6, 30, 18, 59, tzinfo=UTC)
    assert this.ends_at is None


def test_sync_another_first_day_is_a_change_of_the_contract(database, tmp_path):
    fields = {"dig": "due_days = 7"}
    sync(database, write_course(tmp_path, run='code = "2026"\nstarts = 2026-09-01', step_fields=fields))
    folder = write_course(tmp_path, run='code = "2026"\nstarts = 2026-09-08', step_fields=fields)

    with database.writing() as session:
        synced = service.sync(session, service.load(session, folder), at=now())
        before = synced.run.starts_at
    with database.writing() as session:
        applied = service.apply_contract(session, service.load(session, folder), at=now())

    assert [(change.field, change.pinned, change.proposed) for change in synced.pending] == [
        ("starts", "2026-09-01T00:00:00+05:00", "2026-09-08T00:00:00+05:00")
    ]
    assert (before, applied.run.starts_at) == (
        datetime(2026, 8, 31, 19, tzinfo=UTC),
        datetime(2026, 9, 7, 19, tzinfo=UTC),
    )
    assert applied.run.contract_version == 2


def test_sync_without_a_run_in_the_file_leaves_the_dates_alone(database, tmp_path):
    folder = write_course(tmp_path)
    run = give(database, folder, "2026", starts=now() - DAY, ends=now() + DAY)

    again = sync(database, folder)

    assert (again.id, again.starts_at, again.ends_at) == (run.id, run.starts_at, run.ends_at)


def test_preview_shows_deadlines_people_and_the_runs_beside_it_and_writes_nothing(database, tmp_path):
    folder = write_course(tmp_path, step_fields={"dig": "due_days = 7"})
    person = make_person(database, "Old", Role.PARTICIPANT)
    this = give(database, folder, "2026", starts=now() - YEAR)
    make_person(database, "New", Role.PARTICIPANT)

    with database.reading() as session:
        content = service.load(session, folder).content
        planned = PlannedRun("2027", datetime(2027, 9, 1, tzinfo=UTC).date())
        found = service.preview_run(session, content, planned, at=now())
        runs = service.list_runs_of(session, "maths")

    assert [(due.step_id, due.due_at) for due in found.deadlines] == [
        ("dig", datetime(2027, 9, 8, 18, 59, tzinfo=UTC))
    ]
    assert found.entitled == 1
    assert [(earlier.run.id, earlier.participants) for earlier in found.earlier] == [(this.id, 1)]
    assert [run.id for run in runs] == [this.id]
    assert people_of(database, this) == {person}


@pytest.mark.parametrize(
    ("planned", "error"),
    [
        (PlannedRun("2026"), Conflict),
        (PlannedRun("две тысячи"), Invalid),
        (PlannedRun("../2027"), Invalid),
        (PlannedRun("2" * 41), Invalid),
        (PlannedRun("2027", now().date() + YEAR, now().date()), Invalid),
    ],
)
def test_open_what_makes_no_sense_is_refused(database, tmp_path, planned, error):
    folder = write_course(tmp_path)
    give(database, folder, "2026", starts=now())

    with pytest.raises(error), database.writing() as session:
        service.open_next(session, service.load(session, folder), planned, at=now())

    with database.reading() as session:
        assert [run.code for run in service.list_runs_of(session, "maths")] == ["2026"]


def test_end_run_sets_the_last_day_and_refuses_one_before_the_start(database, chess):
    give(database, chess, "2026", starts=datetime(2026, 9, 1, tzinfo=UTC))

    with database.writing() as session:
        ended = service.end_run(session, "chess", "2026", datetime(2027, 5, 31, tzinfo=UTC).date())
    with pytest.raises(Invalid), database.writing() as session:
        service.end_run(session, "chess", "2026", datetime(2026, 5, 31, tzinfo=UTC).date())
    with pytest.raises(NotFound), database.writing() as session:
        service.end_run(session, "chess", "2031", datetime(2026, 5, 31, tzinfo=UTC).date())

    assert ended.ends_at == datetime(2027, 5, 31, 18, 59, tzinfo=UTC)

"""Verdicts turn in the transaction of the fact, and back."""

import threading
from datetime import timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select

from lms import ledger
from lms.clock import now
from lms.completion import service
from lms.completion.evidence import COMPLETED
from lms.completion.rebuild import list_run_ids, rebuild, reevaluate_job
from lms.completion.service import Outcome
from lms.completion.verdicts import Status
from lms.courses import service as courses
from lms.courses.subjects import activity_subject
from lms.errors import Forbidden, Invalid
from lms.jobs import JobRun
from lms.learning.lesson_kind import READ
from lms.ledger import Fact, NewFact
from lms.people.actor import Role
from tests.factories.courses import score, sync, write_course
from tests.factories.people import actor_of, make_person

NEEDS_SIX = 'all = [{ activity = "intro" }, { activity = "dig", at_least = 0.6 }]'


@pytest.fixture
def person(database):
    return make_person(database, "Participant", Role.PARTICIPANT)


def read(database, run, person_id, step_id):
    with database.writing() as session:
        ledger.append(
            session,
            NewFact(
                key=f"{READ}:{run.id.hex}:{person_id.hex}:{step_id}",
                kind=READ,
                person_id=person_id,
                subject=activity_subject(run.slug, step_id),
                course_run_id=run.id,
                at=now(),
                source="tests",
            ),
        )


def completions(database, run, person_id):
    with database.reading() as session:
        facts = ledger.list_facts(session, person_id, course_run_id=run.id, kinds=[COMPLETED])
        session.expunge_all()
        return facts


def every_completion(database):
    with database.reading() as session:
        facts = list(session.scalars(select(Fact).where(Fact.kind == COMPLETED).order_by(Fact.recorded_at)))
        session.expunge_all()
        return facts


def void(database, fact_id):
    with database.writing() as session:
        ledger.void(session, session.get_one(Fact, fact_id), reason="tests", at=now(), actor_id=None)


def test_last_fact_completes_the_course_in_its_own_transaction(database, tmp_path, person):
    run = sync(database, write_course(tmp_path, rule=NEEDS_SIX))
    read(database, run, person, "intro")
    assert completions(database, run, person) == []

    score(database, run, person, "dig", "7.5")

    (fact,) = completions(database, run, person)
    assert fact.key == f"course.completed:{run.id.hex}:{person.hex}:1"
    assert fact.subject == f"course:{run.slug}"
    assert fact.value == {"rule_version": 1, "score": "0.7500"}


def test_completion_without_every_score_counts_the_missing_one_as_nothing(database, tmp_path, person):
    steps = ("lesson:intro", "quest:dig", "quest:climb", "quest:swim")
    rule = 'all = [{ activity = "intro" }, { count = 1, of = [{ activity = "dig" }, { activity = "climb" }] }]'
    run = sync(database, write_course(tmp_path, steps=steps, step_fields={"climb": "weight = 3"}, rule=rule))
    score(database, run, person, "swim", "10")
    read(database, run, person, "intro")

    score(database, run, person, "dig", "8")

    (fact,) = completions(database, run, person)
    with database.reading() as session:
        standing = service.standing(session, person, run, now=now())
    assert fact.value["score"] == "0.2000"
    assert (standing.score, standing.graded) == (Fraction(1, 5), Fraction(4, 5))


def test_rolled_back_fact_leaves_no_verdict(database, tmp_path, person):
    run = sync(database, write_course(tmp_path, rule='activity = "intro"'))

    def read_and_break():
        with database.writing() as session:
            ledger.append(
                session,
                NewFact("k", READ, person, activity_subject(run.slug, "intro"), now(), "tests", course_run_id=run.id),
            )
            assert service.standing(session, person, run, now=now()).completed_at is not None
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        read_and_break()

    assert completions(database, run, person) == []


def test_verdict_turns_back_and_forth_with_regrades_and_voids(database, tmp_path, person):
    run = sync(database, write_course(tmp_path, rule='activity = "dig"\nat_least = 0.6'))

    score(database, run, person, "dig", "6")
    assert len(completions(database, run, person)) == 1
    worse = score(database, run, person, "dig", "5.9", generation=2)
    assert completions(database, run, person) == []
    void(database, worse)
    (again,) = completions(database, run, person)

    assert again.key.endswith(":2")
    assert [fact.key[-2:] for fact in every_completion(database)] == [":1", ":2"]


def test_better_score_after_completion_appends_nothing(database, tmp_path, person):
    run = sync(database, write_course(tmp_path, rule='activity = "dig"\nat_least = 0.6'))
    score(database, run, person, "dig", "6")

    score(database, run, person, "dig", "9", generation=2)

    (fact,) = completions(database, run, person)
    assert fact.value["score"] == "0.6000"
    with database.reading() as session:
        assert service.standing(session, person, run, now=now()).score == Fraction(9, 10)


def test_facts_of_another_run_or_person_do_not_count(database, tmp_path, person):
    folder = write_course(tmp_path, rule='activity = "dig"')
    last_year, run = sync(database, folder, code="2025"), sync(database, folder, code="2099")
    other = make_person(database, "Other", Role.PARTICIPANT)

    score(database, last_year, person, "dig", "10")
    score(database, run, other, "dig", "10")

    assert completions(database, run, person) == []
    assert len(completions(database, last_year, person)) == 1


def test_deadline_counts_when_the_work_was_handed_in_not_when_it_was_released(database, tmp_path, person):
    until = now() - timedelta(days=1)
    rule = f'activity = "dig"\nbefore = {until.isoformat()}'
    run = sync(database, write_course(tmp_path, rule=rule))
    late = make_person(database, "Late", Role.PARTICIPANT)

    score(database, run, person, "dig", "9", submitted_at=(until - timedelta(hours=1)).isoformat())
    score(database, run, late, "dig", "9", submitted_at=(until + timedelta(hours=1)).isoformat())

    assert len(completions(database, run, person)) == 1
    with database.reading() as session:
        assert service.verdict(session, late, run, now=now()).status is Status.FAILED


def test_two_last_facts_at_once_complete_the_course_once(database, tmp_path, person):
    run = sync(database, write_course(tmp_path, rule='all = [{ activity = "intro" }, { activity = "dig" }]'))
    start = threading.Barrier(2)

    def act(deed, *arguments):
        start.wait()
        deed(database, run, person, *arguments)

    threads = [
        threading.Thread(target=act, args=(read, "intro")),
        threading.Thread(target=act, args=(score, "dig", "9")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(completions(database, run, person)) == 1


def test_a_tutor_confirms_a_criterion_of_their_group_and_takes_it_back(database, tmp_path, person):
    run = sync(database, write_course(tmp_path, rule='by_person = "defence"', criteria=["defence"]))
    tutor = actor_of(database, make_person(database, "Tutor", Role.TUTOR, scope=run.id))
    stranger = actor_of(database, make_person(database, "Stranger", Role.TUTOR, scope=person))

    with pytest.raises(Forbidden), database.writing() as session:
        service.confirm(session, run.id, person, "defence", by=stranger, at=now())
    with pytest.raises(Invalid), database.writing() as session:
        service.confirm(session, run.id, person, "other", by=tutor, at=now())
    for _ in range(2):
        with database.writing() as session:
            service.confirm(session, run.id, person, "defence", by=tutor, at=now())
    assert len(completions(database, run, person)) == 1
    with database.writing() as session:
        service.withdraw(session, run.id, person, "defence", by=tutor, at=now())
    assert completions(database, run, person) == []
    with database.writing() as session:
        service.confirm(session, run.id, person, "defence", by=tutor, at=now())
    assert len(completions(database, run, person)) == 1


def test_applied_contract_looks_at_everybody_anew(database, tmp_path, person):
    folder = write_course(tmp_path, rule='activity = "dig"\nat_least = 0.6')
    run = sync(database, folder)
    passed = make_person(database, "Passed", Role.PARTICIPANT)
    score(database, run, person, "dig", "5")
    score(database, run, passed, "dig", "9")
    write_course(tmp_path, rule='activity = "dig"\nat_least = 0.5')

    with database.writing() as session:
        courses.apply_contract(session, courses.load(session, folder), at=now())
    reevaluate_job(JobRun("j", {"run_id": str(run.id)}, 1, database, now))

    (fresh,) = completions(database, run, person)
    (old,) = completions(database, run, passed)
    assert (fresh.value["rule_version"], old.value["rule_version"]) == (2, 1)


def test_rebuild_from_nothing_comes_to_the_same_verdicts(database, tmp_path):
    run = sync(database, write_course(tmp_path, rule=NEEDS_SIX))
    people = [make_person(database, f"Person {number}", Role.PARTICIPANT) for number in range(6)]
    for number, each in enumerate(people):
        read(database, run, each, "intro")
        score(database, run, each, "dig", str(4 + number))
    kept = {fact.person_id: fact.at for fact in every_completion(database)}
    assert len(kept) == 4
    with database.reading() as session:
        run_ids = list_run_ids(session)
    assert list(rebuild(database, run_ids, now=now(), is_check=True)) == []

    for fact in every_completion(database):
        void(database, fact.id)
    differing = list(rebuild(database, run_ids, now=now(), is_check=True))
    mended = list(rebuild(database, run_ids, now=now()))

    assert {(each.person_id, each.outcome) for each in differing} == {(each, Outcome.COMPLETED) for each in kept}
    assert mended == differing
    assert {each: completions(database, run, each)[0].at for each in kept} == kept
    assert list(rebuild(database, run_ids, now=now(), is_check=True)) == []

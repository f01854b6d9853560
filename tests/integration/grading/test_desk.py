"""From the graded work to the released one: the tutor's points, who may give them, what the ledger learns."""

from decimal import Decimal

import pytest

from lms.people.actor import Role
from tests.factories.people import make_person
from tests.integration.grading.conftest import Class

pytestmark = pytest.mark.databases("sqlite")
"""Every test here grades for real; what differs between databases is in the one test on both and in test_intake.py."""


@pytest.fixture
def graded(school_class: Class) -> Class:
    school_class.hand_in(school_class.work())
    school_class.grade()
    return school_class


def _answer_url(made: Class) -> str:
    (attempt,) = made.attempts()
    return f"/desk/answers/{next(cell.id for cell in attempt.cells if cell.needs_person)}"


def test_right_work_waits_for_the_tutor_with_all_automatic_points(graded: Class) -> None:
    (attempt,) = graded.attempts()

    assert attempt.state == "needs_person"
    assert (attempt.auto_score, attempt.auto_max) == (Decimal(graded.auto), Decimal(graded.auto))
    assert attempt.manual_max == Decimal(graded.manual)
    assert graded.facts("activity.scored") == []


def test_wrong_code_gets_no_points(school_class: Class) -> None:
    school_class.hand_in(school_class.work(factor=school_class.factor + 1))
    school_class.grade()

    (attempt,) = school_class.attempts()
    assert (attempt.auto_score, attempt.auto_max) == (Decimal(0), Decimal(school_class.auto))


def test_participant_sees_no_feedback_before_release(graded: Class) -> None:
    (attempt,) = graded.attempts()

    answer = graded.browser(graded.pupil_id).get(f"/work/{attempt.id}/feedback")

    assert answer.status_code == 404


@pytest.mark.databases("sqlite", "postgresql")
def test_tutor_judges_and_releases_and_the_ledger_learns_the_score(graded: Class) -> None:
    url = _answer_url(graded)

    status, _ = graded.post(graded.tutor_id, url, score=str(graded.manual), comment="Хорошо!", act="release")

    assert status == 302
    (attempt,) = graded.attempts()
    assert attempt.state == "released"
    total = graded.auto + graded.manual
    (fact,) = graded.facts("activity.scored")
    assert (fact.value["score"], fact.value["max"]) == (str(total), str(total))
    assert len(graded.facts("course.completed")) == 1
    page = graded.browser(graded.pupil_id).get(f"/work/{attempt.id}/feedback")
    assert page.status_code == 200
    assert "Хорошо!" in page.text


def test_releasing_twice_changes_nothing(graded: Class) -> None:
    graded.post(graded.tutor_id, _answer_url(graded), score="1", comment="", act="release")
    (attempt,) = graded.attempts()

    status, _ = graded.post(graded.tutor_id, "/desk/release", ids=str(attempt.id))

    assert status == 302
    assert len(graded.facts("activity.scored")) == 1


@pytest.mark.parametrize("score", ["-1", "1000", "nan", "inf", "two", ""])
def test_points_out_of_range_are_refused_and_nothing_is_kept(graded: Class, score: str) -> None:
    status, _ = graded.post(graded.tutor_id, _answer_url(graded), score=score, comment="", act="release")

    assert status == 422
    (attempt,) = graded.attempts()
    assert attempt.state == "needs_person"
    assert [cell.manual_score for cell in attempt.cells] == [None, None]


def test_points_with_a_comma_are_points(graded: Class) -> None:
    graded.post(graded.tutor_id, _answer_url(graded), score="1,5", comment="", act="next")

    (attempt,) = graded.attempts()
    assert [cell.manual_score for cell in attempt.cells if cell.needs_person] == [Decimal("1.5")]


def test_queue_warns_of_another_reader_and_not_of_oneself(graded: Class) -> None:
    other = make_person(graded.database, "Вторая Читательница", Role.ADMIN)
    graded.browser(graded.tutor_id).get(_answer_url(graded))

    own, theirs = (graded.browser(one).get("/desk").text for one in (graded.tutor_id, other))

    assert "Орлова Ксения" in theirs
    assert own.count("Орлова Ксения") == graded.browser(graded.tutor_id).get("/").text.count("Орлова Ксения")


def test_tutor_of_another_group_may_neither_see_nor_judge(graded: Class) -> None:
    other = make_person(graded.database, "Чужой тьютор", Role.TUTOR, scope=graded.tutor_id)
    (attempt,) = graded.attempts()
    url = _answer_url(graded)

    assert graded.browser(other).get(url).status_code == 403
    assert graded.post(other, url, score="1", comment="", act="next")[0] == 403
    assert graded.post(other, "/desk/release", ids=str(attempt.id))[0] == 403
    assert graded.browser(other).get(f"/work/{attempt.id}/feedback").status_code == 403
    assert "Ёлкина" not in graded.browser(other).get("/desk").text


def test_other_participants_find_nothing_of_a_work(graded: Class) -> None:
    other = make_person(graded.database, "Сосед", Role.PARTICIPANT)
    (attempt,) = graded.attempts()
    browser = graded.browser(other)

    paths = [f"/work/{attempt.id}/{name}" for name in ("feedback", "graded.html", "notebook.ipynb")]

    assert [browser.get(path).status_code for path in paths] == [404, 404, 404]
    assert browser.get("/desk").status_code == 403


def test_later_attempt_takes_the_earlier_ones_place_in_the_queue(graded: Class) -> None:
    graded.hand_in(graded.work("Подумал ещё раз."))
    graded.grade()

    page = graded.browser(graded.tutor_id).get("/desk").text

    assert page.count('<th scope="row">') == 1


def test_best_released_attempt_counts(graded: Class) -> None:
    graded.post(graded.tutor_id, _answer_url(graded), score=str(graded.manual), comment="", act="release")
    graded.hand_in(graded.work("Хуже", factor=graded.factor + 1))
    graded.grade()
    worse = graded.attempts()[-1]
    cell = next(cell.id for cell in worse.cells if cell.needs_person)

    graded.post(graded.tutor_id, f"/desk/answers/{cell}", score="0", comment="", act="release")

    assert [fact.value["score"] for fact in graded.facts("activity.scored")] == [str(graded.auto + graded.manual)]


def test_comment_typed_beside_a_mistyped_point_is_not_lost(graded: Class) -> None:
    _status, text = graded.post(graded.tutor_id, _answer_url(graded), score="many", comment="Очень длинный разбор.")

    assert "Очень длинный разбор." in text
    assert 'value="many"' in text


def test_school_teacher_of_the_run_may_neither_see_nor_judge_works(graded: Class) -> None:
    teacher = make_person(graded.database, "Учитель другой школы", Role.TEACHER, scope=graded.run.id)
    (attempt,) = graded.attempts()

    assert graded.browser(teacher).get("/desk").status_code == 403
    assert graded.browser(teacher).get(_answer_url(graded)).status_code == 403
    assert graded.browser(teacher).get(f"/work/{attempt.id}/feedback").status_code == 404
    assert graded.browser(teacher).get(graded.page).status_code == 200


def test_points_given_before_the_release_are_not_seen_by_the_participant(graded: Class) -> None:
    graded.post(graded.tutor_id, _answer_url(graded), score=str(graded.manual), comment="", act="next")

    page = graded.browser(graded.pupil_id).get(graded.page).text

    assert "grading.feedback" not in page
    assert f"<span>{graded.auto + graded.manual}</span>" not in page
    assert 'class="points"' not in page

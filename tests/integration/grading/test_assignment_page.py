"""The assignment's own page: where its participant stands there by the rule of the course."""

import re
from pathlib import Path

import pytest

from tests.factories import courses, notebooks
from tests.integration.grading.conftest import STEP, Class

pytestmark = pytest.mark.databases("sqlite")
"""Every test here grades for real; the standing it reads is asked for on both databases in the tests of completion."""


def _give(made: Class, parent: Path, *, rule: str, attempts: int | None = None) -> None:
    """Another course with the same assignment and a rule of its own."""
    fields = {STEP: f"attempts = {attempts}"} if attempts is not None else {}
    folder = courses.write_course(parent, "another", steps=[f"assignment:{STEP}"], step_fields=fields, rule=rule)
    notebooks.write_assignment(folder, STEP, {STEP: made.cells()})
    made.run = courses.sync(made.database, folder)
    courses.enrol(made.database, made.run, made.pupil_id)


def _hand_in_and_release(made: Class, *, factor: int) -> None:
    """With another factor than the course's the code is wrong and all points but those of the tutor are lost."""
    made.hand_in(made.work(factor=factor))
    made.grade()
    answer = next(cell.id for cell in made.attempts()[-1].cells if cell.needs_person)
    made.post(made.tutor_id, f"/desk/answers/{answer}", score=str(made.manual), comment="", act="release")


def _said(made: Class) -> str:
    page = made.browser(made.pupil_id).get(made.page, headers={"Accept-Language": "en"}).text
    main = page.partition("<main")[2].partition("</main>")[0].partition(">")[2]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def test_page_of_released_work_below_the_rule_says_what_is_asked_and_what_is_left(
    school_class: Class, tmp_path: Path
) -> None:
    _give(school_class, tmp_path, rule=f'activity = "{STEP}"\nat_least = 1.0', attempts=3)

    _hand_in_and_release(school_class, factor=school_class.factor + 1)

    said = _said(school_class)
    assert "Not enough points yet" in said
    assert "100 % is needed: try again, 2 attempts left" in said
    assert "Attempt 1 Graded" in said
    assert "Done" not in said


def test_page_of_released_work_below_the_rule_without_attempts_sends_to_the_tutor(
    school_class: Class, tmp_path: Path
) -> None:
    _give(school_class, tmp_path, rule=f'activity = "{STEP}"\nat_least = 1.0', attempts=1)

    _hand_in_and_release(school_class, factor=school_class.factor + 1)

    assert "100 % is needed, and all attempts are used. Talk to your tutor." in _said(school_class)


def test_page_of_released_work_that_is_enough_says_done(school_class: Class, tmp_path: Path) -> None:
    _give(school_class, tmp_path, rule=f'activity = "{STEP}"\nat_least = 1.0')

    _hand_in_and_release(school_class, factor=school_class.factor)

    said = _said(school_class)
    assert "Done" in said
    assert "Not enough points yet" not in said

"""What a run promises, and how it differs from what the folder says now."""

from datetime import UTC, datetime
from decimal import Decimal

from lms.courses.content import CourseContent, from_json, to_json
from lms.courses.contract import Change, compare, counted_weights, due_at, lost_steps, make_contract
from lms.courses.kinds import Step
from lms.ledger.subjects import Skill


def step(step_id: str, *, weight: str = "1", due_days: int | None = None, is_scored: bool = True) -> Step:
    return Step("quest", step_id, {"ru": step_id}, 10, Decimal(weight), due_days, {}, "maths", is_scored)


def content(*steps: Step, completion: dict[str, object] | None = None) -> CourseContent:
    rule = completion or {"all": [{"activity": each.id} for each in steps]}
    skills = (Skill("logic", {"ru": "Логика"}),)
    return CourseContent("maths", "elective", {"ru": "М"}, {"ru": "О"}, 1, None, (), skills, steps, rule)


def test_contract_unchanged_content_has_no_changes():
    course = content(step("a", weight="2", due_days=3), step("b"))

    assert compare(make_contract(course, "UTC"), make_contract(from_json(to_json(course)), "UTC")) == []


def test_contract_changes_are_listed_one_by_one():
    pinned = make_contract(content(step("a", weight="2", due_days=3), step("b")), "UTC")
    proposed = make_contract(content(step("a", due_days=5), step("c", weight="4")), "UTC")

    assert compare(pinned, proposed) == [
        Change("completion", pinned["completion"], proposed["completion"]),
        Change("weights.a", "2", "1"),
        Change("weights.c", "1", "4"),
        Change("due_days.a", 3, 5),
    ]


def test_contract_required_steps_are_those_the_rule_names_however_deep():
    rule = {"any": [{"activity": "a"}, {"count": 1, "of": [{"activity": "b"}]}]}
    pinned = make_contract(content(step("a"), step("b"), step("c"), completion=rule), "UTC")

    assert pinned["required"] == ["a", "b"]
    assert lost_steps(pinned, content(step("b"), step("c"))) == ["a"]


def test_due_at_is_the_end_of_the_day_where_the_programme_is():
    """Perm was at +6 in 2013 and is at +5 since 2014 (tz database, Asia/Yekaterinburg)."""
    course = content(step("a", due_days=21))
    pinned = make_contract(course, "Asia/Yekaterinburg")

    assert due_at(pinned, datetime(2018, 8, 31, 20, tzinfo=UTC), course.steps[0]) == datetime(
        2018, 9, 22, 18, 59, tzinfo=UTC
    )
    assert due_at(pinned, datetime(2013, 8, 31, 20, tzinfo=UTC), course.steps[0]) == datetime(
        2013, 9, 22, 17, 59, tzinfo=UTC
    )


def test_a_step_newer_than_the_contract_has_no_deadline():
    pinned = make_contract(content(step("a", due_days=21)), "UTC")
    newer = step("new", weight="5", due_days=1)

    assert due_at(pinned, datetime(2026, 9, 1, tzinfo=UTC), newer) is None


def test_counted_are_the_scored_steps_that_the_rule_names():
    steps = step("read", is_scored=False), step("one"), step("two", weight="3"), step("extra", weight="9")
    rule = {"all": [{"activity": "read"}, {"activity": "two"}, {"any": [{"activity": "one"}]}]}

    pinned = make_contract(content(*steps, completion=rule), "UTC")

    assert counted_weights(pinned) == {"one": Decimal(1), "two": Decimal(3)}

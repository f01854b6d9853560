"""Reading rules, and what every rule must obey whatever it is."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.completion.rules import (
    Activity,
    AllOf,
    AnyOf,
    Before,
    BrokenRule,
    ByPerson,
    CountOf,
    Rule,
    has_dates,
    leaves,
    parse,
)
from lms.completion.verdicts import Evidence, Status, course_score, evaluate, graded_score, latest, scored_shares

START = datetime(2026, 9, 1, tzinfo=UTC)
STEPS = ("lesson", "population", "buses", "budget")
CRITERIA = ("defence", "essay")

unhurried = settings(deadline=None)
"""A busy machine is no counterexample."""

shares = st.fractions(min_value=0, max_value=1, max_denominator=20)
moments = st.integers(min_value=0, max_value=100).map(lambda hours: START + timedelta(hours=hours))
activities = st.builds(Activity, st.sampled_from(STEPS), st.none() | shares)
rule_leaves = activities | st.builds(ByPerson, st.sampled_from(CRITERIA))


def _several(parts: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
    lists = st.lists(parts, min_size=1, max_size=4).map(tuple)
    counts = lists.flatmap(lambda of: st.integers(1, len(of)).map(lambda count: CountOf(count, of)))
    return st.builds(AllOf, lists) | st.builds(AnyOf, lists) | counts | st.builds(Before, moments, parts)


rules = st.recursive(rule_leaves, _several, max_leaves=8)


@st.composite
def facts(draw: st.DrawFn) -> list[Evidence]:
    count = draw(st.integers(0, 12))
    found = []
    for number in range(count):
        at = draw(moments)
        fact_id = UUID(int=number + 1)
        match draw(st.sampled_from(("scored", "done", "confirmed"))):
            case "scored":
                found.append(
                    Evidence(fact_id, at, step=draw(st.sampled_from(STEPS)), share=draw(shares), generation=number + 1)
                )
            case "done":
                found.append(Evidence(fact_id, at, step=draw(st.sampled_from(STEPS))))
            case _:
                found.append(Evidence(fact_id, at, criterion=draw(st.sampled_from(CRITERIA))))
    return found


@unhurried
@given(rules, facts(), moments, st.randoms())
def test_verdict_facts_in_another_order_and_twice_is_the_same(rule, evidence, now, chance):
    shuffled = evidence + evidence[: len(evidence) // 2]
    chance.shuffle(shuffled)

    assert evaluate(rule, shuffled, now) == evaluate(rule, evidence, now)


@unhurried
@given(rules, facts(), moments)
def test_verdict_progress_is_one_exactly_when_done(rule, evidence, now):
    verdict = evaluate(rule, evidence, now)

    assert 0 <= verdict.progress <= 1
    assert (verdict.progress == 1) == (verdict.status is Status.DONE)
    assert verdict.used <= {fact.fact_id for fact in evidence}


@unhurried
@given(rules, facts(), moments)
def test_verdict_rests_on_the_facts_it_used_alone(rule, evidence, now):
    verdict = evaluate(rule, evidence, now)
    used = [fact for fact in evidence if fact.fact_id in verdict.used]

    again = evaluate(rule, used, now)

    assert (again.status, again.progress) == (verdict.status, verdict.progress)


@unhurried
@given(rules, facts(), moments, st.integers(1, 1000))
def test_verdict_a_failed_rule_stays_failed_and_a_done_one_done(rule, evidence, now, hours):
    verdict = evaluate(rule, evidence, now)
    later = evaluate(rule, evidence, now + timedelta(hours=hours))

    if verdict.status is not Status.OPEN:
        assert later.status is verdict.status
    assert later.progress == verdict.progress


@unhurried
@given(rules, facts(), st.sampled_from(STEPS))
def test_verdict_full_marks_later_never_lower_it(rule, evidence, step):
    now = START + timedelta(hours=200)
    before = evaluate(rule, evidence, now)
    best = Evidence(UUID(int=999), START, step=step, share=Fraction(1), generation=999)

    after = evaluate(rule, [*evidence, best], now)

    assert after.progress >= before.progress


def test_verdict_rounds_progress_down():
    rule = AllOf(tuple(Activity(f"step-{number}") for number in range(7)))
    evidence = [Evidence(UUID(int=number + 1), START, step=f"step-{number}") for number in range(6)]

    assert evaluate(rule, evidence, START).progress == Decimal("0.857")


def test_verdict_latest_generation_counts_even_if_it_is_worse():
    rule = Activity("population", Fraction("0.6"))
    good = Evidence(UUID(int=1), START + timedelta(hours=2), step="population", share=Fraction("0.9"), generation=1)
    worse = Evidence(UUID(int=2), START + timedelta(hours=1), step="population", share=Fraction("0.3"), generation=2)

    assert evaluate(rule, [good], START).status is Status.DONE
    assert evaluate(rule, [good, worse], START).status is Status.OPEN
    assert evaluate(rule, [good, worse], START).progress == Decimal("0.5")


def test_verdict_before_a_moment_counts_only_what_happened_earlier():
    until = START + timedelta(days=1)
    rule = Before(until, Activity("population"))
    early = Evidence(UUID(int=1), until - timedelta(seconds=1), step="population")
    late = Evidence(UUID(int=1), until, step="population")

    assert evaluate(rule, [early], until).status is Status.DONE
    assert evaluate(rule, [late], until).status is Status.FAILED
    assert evaluate(rule, [], START).status is Status.OPEN


def test_verdict_says_what_is_missing():
    rule = parse(
        {"all": [{"activity": "lesson"}, {"activity": "population", "at_least": "0.6"}, {"by_person": "essay"}]}
    )
    evidence = [
        Evidence(UUID(int=1), START, step="lesson"),
        Evidence(UUID(int=2), START, step="population", share=Fraction("0.5"), generation=1),
    ]

    reason = evaluate(rule, evidence, START).reason

    assert [(part.code, part.name, part.status, part.share) for part in reason.parts] == [
        ("activity", "lesson", Status.DONE, Fraction(1)),
        ("activity", "population", Status.OPEN, Fraction(1, 2)),
        ("by_person", "essay", Status.OPEN, None),
    ]


def test_parse_every_form_comes_to_its_rule():
    table = {
        "all": [
            {"activity": "lesson"},
            {"any": [{"activity": "population", "at_least": "0.6"}, {"by_person": "defence"}]},
            {"count": 1, "of": [{"activity": "buses"}, {"activity": "budget", "before": "2027-01-01T00:00:00+05:00"}]},
        ]
    }

    rule = parse(table)

    moment = datetime.fromisoformat("2027-01-01T00:00:00+05:00")
    assert rule == AllOf(
        (
            Activity("lesson"),
            AnyOf((Activity("population", Fraction(3, 5)), ByPerson("defence"))),
            CountOf(1, (Activity("buses"), Before(moment, Activity("budget")))),
        )
    )
    assert has_dates(rule)
    assert [getattr(leaf, "step", "") for leaf in leaves(rule)] == ["lesson", "population", "", "buses", "budget"]


@pytest.mark.parametrize(
    ("table", "field", "cure"),
    [
        ({}, "", "Say one of"),
        ({"al": []}, "al", "Did you mean 'all'"),
        ({"all": []}, "all", "list of rules"),
        ({"all": [{"activity": "a"}, "b"]}, "all[2]", "A rule is a table"),
        ({"all": [{"activity": "a", "at_leest": "1"}]}, "all[1].at_leest", "Did you mean 'at_least'"),
        ({"all": [{"activity": "a"}], "any": [{"activity": "a"}]}, "any", "a rule of its own"),
        ({"activity": "a", "at_least": "60"}, "at_least", "from 0 to 1"),
        ({"activity": "a", "at_least": "x"}, "at_least", "from 0 to 1"),
        ({"activity": "a", "at_least": "NaN"}, "at_least", "from 0 to 1"),
        ({"activity": ""}, "activity", "name in quotes"),
        ({"count": 3, "of": [{"activity": "a"}]}, "count", "from 1 to 1"),
        ({"count": True, "of": [{"activity": "a"}]}, "count", "from 1 to 1"),
        ({"of": [{"activity": "a"}]}, "count", "from 1 to 1"),
        ({"activity": "a", "before": "2027-01-01T00:00:00"}, "before", "with its zone"),
    ],
)
def test_parse_mistake_is_named_with_its_place_and_cure(table, field, cure):
    with pytest.raises(BrokenRule) as raised:
        parse(table)

    assert raised.value.field == field
    assert cure in str(raised.value)


def test_course_score_counts_what_has_no_score_yet_as_nothing_and_the_graded_score_leaves_it_out():
    weights = {"population": Decimal(2), "buses": Decimal(3)}

    assert course_score(weights, {"population": Fraction(1), "buses": Fraction(1, 2)}) == Fraction(7, 10)
    assert course_score(weights, {"population": Fraction(1, 4)}) == Fraction(1, 10)
    assert graded_score(weights, {"population": Fraction(1, 4)}) == Fraction(1, 4)


def test_course_score_before_a_step_that_counts_was_scored_is_none():
    weights = {"population": Decimal(2), "warm-up": Decimal(0)}

    assert course_score(weights, {}) is None
    assert course_score(weights, {"warm-up": Fraction(1), "extra": Fraction(1)}) is None
    assert course_score({}, {"extra": Fraction(1)}) is None


weight_tables = st.dictionaries(st.sampled_from(STEPS), st.decimals(0, 1000, places=2), max_size=len(STEPS))
share_tables = st.dictionaries(st.sampled_from(STEPS), shares, max_size=len(STEPS))


@unhurried
@given(weight_tables, share_tables)
def test_course_score_is_a_share_and_full_exactly_when_every_step_with_a_weight_is(weights, reached):
    score, graded = course_score(weights, reached), graded_score(weights, reached)
    counted = [step for step, weight in weights.items() if weight]

    assert (score is None) == (graded is None) == (not reached.keys() & set(counted))
    if score is not None and graded is not None:
        assert 0 <= score <= graded <= 1
        assert (score == 1) == all(reached.get(step) == 1 for step in counted)
        assert (score == graded) == (score == 0 or reached.keys() >= set(counted))


@unhurried
@given(weight_tables, share_tables, st.sampled_from(STEPS), shares)
def test_course_score_a_better_step_never_lowers_it(weights, reached, step, share):
    before = course_score(weights, reached) or Fraction(0)
    better = {**reached, step: max(share, reached.get(step, Fraction(0)))}

    assert (course_score(weights, better) or Fraction(0)) >= before


@unhurried
@given(weight_tables, share_tables, st.integers(1, 50))
def test_course_score_heavier_by_the_same_factor_is_the_same(weights, reached, factor):
    heavier = {step: weight * factor for step, weight in weights.items()}

    assert course_score(heavier, reached) == course_score(weights, reached)


@unhurried
@given(st.lists(st.fractions(min_value=0, max_value=3, max_denominator=20), min_size=1, max_size=6))
def test_scored_shares_are_of_the_latest_score_and_never_above_full(given_shares):
    scores = [
        Evidence(UUID(int=number), START, step="buses", share=share, generation=number, is_scored=True)
        for number, share in enumerate(given_shares, 1)
    ]
    read = Evidence(UUID(int=99), START, step="lesson")

    assert scored_shares([read, *reversed(scores)]) == {"buses": min(given_shares[-1], Fraction(1))}


@unhurried
@given(facts())
def test_latest_is_one_per_step_and_none_is_newer(evidence):
    found = latest(evidence)

    assert found.keys() == {fact.step for fact in evidence if fact.step}
    for fact in evidence:
        if fact.step:
            assert found[fact.step].generation >= fact.generation

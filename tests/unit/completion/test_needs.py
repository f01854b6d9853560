"""What a rule leaves to do."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from uuid import uuid4

from lms.completion.needs import needs_of
from lms.completion.rules import parse
from lms.completion.verdicts import Evidence, evaluate

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def needs(rule, *shares):
    """Of `(step, share)` pairs that were reached."""
    facts = [Evidence(uuid4(), NOW - timedelta(days=1), step=step, share=Fraction(share)) for step, share in shares]
    return needs_of(evaluate(parse(rule), facts, NOW).reason)


def test_needs_score_below_the_criterion_leaves_the_step_open():
    found = needs({"all": [{"activity": "read"}, {"activity": "work", "at_least": 0.6}]}, ("read", 1), ("work", "1/2"))

    assert found.open == found.short == {"work": Fraction(3, 5)}


def test_needs_score_that_meets_the_criterion_leaves_nothing():
    found = needs({"activity": "work", "at_least": 0.6}, ("work", "3/5"))

    assert found.open == found.short == {}


def test_needs_alternative_that_is_met_makes_up_for_the_failed_one():
    rule = {"any": [{"activity": "work", "at_least": 0.6}, {"activity": "essay"}]}

    found = needs(rule, ("work", "1/10"), ("essay", 1))

    assert found.short == {}


def test_needs_deadline_that_is_over_leaves_the_step_short_but_not_open():
    rule = {"activity": "work", "at_least": 0.6, "before": "2026-10-01T00:00:00+00:00"}

    found = needs(rule, ("work", "1/10"))

    assert (found.short, found.open) == ({"work": Fraction(3, 5)}, {})


def test_needs_alternative_with_a_lost_part_offers_only_the_other_one():
    lost = {"activity": "late", "before": "2026-10-01T00:00:00+00:00"}
    rule = {"any": [{"all": [lost, {"activity": "more"}]}, {"activity": "essay"}]}

    found = needs(rule)

    assert found.open == {"essay": None}


def test_needs_step_named_twice_asks_for_the_higher_share():
    rule = {"all": [{"activity": "work", "at_least": 0.6}, {"activity": "work", "at_least": 0.8}, {"activity": "work"}]}

    assert needs(rule).open == {"work": Fraction(4, 5)}


def test_needs_criterion_that_is_not_confirmed_waits_for_a_person():
    assert needs({"by_person": "defence"}).waits_for_person
    assert not needs({"activity": "work"}).waits_for_person

"""course.toml: every mistake is named with field, line and cure."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from lms.courses.reading import Broken, Source, dotted, plain, read_file, read_steps, undotted

GOOD = """\
[course]
kind = "elective"
title = { ru = "Деньги", en = "Money" }
summary = { ru = "О деньгах." }
hours = 6
seats = 25

[[course.skills]]
id = "maths"
title = { ru = "Математика" }

[[steps]]
kind = "lesson"
id = "interest"
title = { ru = "Проценты" }
minutes = 30

[[steps]]
kind = "assignment"
id = "budget"
title = { ru = "Бюджет" }
minutes = 90
weight = 2.5
due_days = 21

[run]
code = "2026"
starts = 2026-09-01
ends = 2027-05-31

[completion]
all = [{ activity = "budget", at_least = 0.6 }]
"""


def problems_of(text: str) -> list[tuple[str, int | None, str]]:
    try:
        source = Source(text)
    except Broken as broken:
        found = broken.problems
    else:
        file, found = read_file(source)
        if file is not None:
            found = read_steps(source, file.steps)[1]
    return [(problem.field, problem.line, problem.text) for problem in found]


def test_read_good_file_has_exact_decimals():
    source = Source(GOOD)

    file, problems = read_file(source)
    assert file is not None
    steps, wrong = read_steps(source, file.steps)

    assert problems + wrong == []
    assert [step.weight for step in steps if step] == [Decimal(1), Decimal("2.5")]
    assert plain(file.completion) == {"all": [{"activity": "budget", "at_least": "0.6"}]}


@pytest.mark.parametrize(
    ("before", "after", "field", "line", "cure"),
    [
        ("hours = 6", "houers = 6", "course.houers", 5, "Did you mean 'hours'?"),
        ("minutes = 90", "minuets = 90", "steps[2].minuets", 22, "Did you mean 'minutes'?"),
        ("hours = 6", "", "course.hours", 1, "For example: hours = 12"),
        ("hours = 6", 'hours = "6"', "course.hours", 5, "For example: hours = 12"),
        ("hours = 6", "hours = = 6", "", 5, "no TOML"),
        ("seats = 25", "seats = 0", "course.seats", 6, "greater than or equal to 1"),
        ("seats = 25", 'cohorts = ["2026"]', "course.cohorts", 6, "remove this line"),
        ('kind = "elective"', 'kind = "mandatory"', "course.seats", 6, "remove this line"),
        ('kind = "elective"', 'kind = "electiv"', "course.kind", 2, "'mandatory' or 'elective'"),
        ('en = "Money"', 'de = "Geld"', "course.title.de", 3, "Write ru or en"),
        ('id = "maths"', 'idd = "maths"', "course.skills[1].idd", 9, "Did you mean 'id'?"),
        ('id = "interest"', 'id = "Interest"', "steps[1].id", 14, "small Latin letters"),
        ('id = "interest"', 'id = "budget"', "steps[2].id", 20, "Choose another one"),
        ("minutes = 90", "minutes = 0", "steps[2].minutes", 22, "For example: minutes = 30"),
        ("weight = 2.5", "weight = -1", "steps[2].weight", 23, "not -1"),
        ("due_days = 21", 'due_days = "soon"', "steps[2].due_days", 24, "For example: due_days = 21"),
        ("[completion]", "[compleetion]", "compleetion", 31, "Did you mean 'completion'?"),
        ('code = "2026"', "", "run.code", 26, 'For example: code = "2026"'),
        ('code = "2026"', 'code = "../2026"', "run.code", 27, "Latin letters and digits"),
        ("starts = 2026-09-01", 'starts = "2026-09-01"', "run.starts", 28, "without quotes"),
        ("starts = 2026-09-01", "starts = 2026-09-01T10:00:00", "run.starts", 28, "needs its zone"),
        ("starts = 2026-09-01", "strats = 2026-09-01", "run.strats", 28, "Did you mean 'starts'?"),
        ("ends = 2027-05-31", "ends = 2026-05-31", "run.ends", 29, "after it has started"),
        ("ends = 2027-05-31", "ends = 10:00:00", "run.ends", 29, "For example: ends = 2027-05-31"),
    ],
)
def test_read_mistake_names_field_line_and_cure(before, after, field, line, cure):
    assert before in GOOD

    found = problems_of(GOOD.replace(before, after, 1))

    assert (field, line) in [(place, number) for place, number, _ in found]
    assert any(cure in text for place, _, text in found if place == field)


def test_read_reports_all_mistakes_at_once():
    found = problems_of(GOOD.replace("minutes = 30", "").replace("minutes = 90", "minutes = 0"))

    assert [field for field, _, _ in found] == ["steps[1].minutes", "steps[2].minutes"]


def test_plain_moment_without_zone_is_refused_with_the_cure():
    moment = datetime(2027, 5, 31, tzinfo=UTC)

    assert plain({"before": moment}) == {"before": "2027-05-31T00:00:00+00:00"}
    with pytest.raises(ValueError, match="needs date, time and zone"):
        plain({"before": moment.replace(tzinfo=None)})


def test_dotted_places_read_as_people_count():
    assert dotted(("steps", 0, "file", "ru")) == "steps[1].file.ru"
    assert undotted("all[2].at_least") == ("all", 1, "at_least")

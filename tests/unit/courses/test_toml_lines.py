"""Lines of keys in TOML texts."""

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.courses.toml_lines import find_lines, line_of

TEXT = '''\
# a comment with [brackets] and "quotes"
[course]
title = { ru = "А [", en = "A # no comment" }   # a comment
summary.ru = """
many
lines = "no key"
"""
summary."en" = 'literal \\'

[[course.skills]]
id = "one"

[[course.skills]]
id = "two"

[[steps]]
id = "first"
file = { ru = "a.md", en = "b.md" }
[[steps]]
id = "second"
[steps.extra]
depth = 1

[completion]
all = [
    { activity = "first" },   # one
    { any = [
        { activity = "second", at_least = 0.6 },
    ] },
]
'''


def _paths(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inside: list[tuple[str | int, ...]] = [path] if path else []
    if isinstance(value, dict):
        for key, part in value.items():
            inside += _paths(part, (*path, key))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            inside += _paths(part, (*path, number))
    return inside


def test_find_lines_knows_every_key_that_tomllib_reads():
    assert set(find_lines(TEXT)) == set(_paths(tomllib.loads(TEXT)))


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("course",), 2),
        (("course", "title", "en"), 3),
        (("course", "summary", "ru"), 4),
        (("course", "summary", "en"), 8),
        (("course", "skills", 1, "id"), 14),
        (("steps", 0, "file", "en"), 18),
        (("steps", 1), 19),
        (("steps", 1, "extra", "depth"), 22),
        (("completion", "all", 0, "activity"), 26),
        (("completion", "all", 1, "any", 0, "at_least"), 28),
    ],
)
def test_find_lines_gives_the_line(path, line):
    assert find_lines(TEXT)[path] == line


def test_line_of_a_missing_key_is_that_of_its_table():
    lines = find_lines(TEXT)

    assert line_of(lines, ("steps", 1, "minutes")) == 19
    assert line_of(lines, ("nothing",)) is None


keys = st.from_regex(r"[a-z]{1,5}", fullmatch=True)
values = st.recursive(
    st.integers() | st.booleans() | st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"))),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=6,
)


def _toml(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case list():
            return "[\n" + "".join(f"  {_toml(part)}, # [x\n" for part in value) + "]"
        case dict():
            return "{" + ", ".join(f"{key} = {_toml(part)}" for key, part in value.items()) + "}"
    raise AssertionError(value)


@settings(deadline=None)
@given(st.dictionaries(keys, values, min_size=1, max_size=4))
def test_find_lines_of_any_document_knows_the_same_keys_as_tomllib(tables):
    text = "\n".join(f"{key} = {_toml(value)}" for key, value in tables.items())

    assert set(find_lines(text)) == set(_paths(tomllib.loads(text)))

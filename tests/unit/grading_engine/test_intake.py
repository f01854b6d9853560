"""What a submitted file may be. Nothing of it is executed here, so anything at all may be handed in."""

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.grading.engine.intake import SENTENCES, Refusal, read
from lms.grading.engine.limits import Limits
from tests.factories import notebooks as nb

LIMITS = Limits(notebook_bytes=100_000, json_depth=50, cells=20)
GOOD = nb.encode(nb.notebook([nb.text("Hello"), nb.code("1 + 1")]))


def with_cell_source(source: object) -> bytes:
    """A notebook with this in the place of a cell's text."""
    return json.dumps({"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "code", "source": source}]}).encode()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (GOOD + b" " * 100_000, "too_big"),
        (b"\xff\xfe\x00\x01", "not_utf8"),
        (b"PK\x03\x04 a zip", "not_json"),
        (b'{"cells": [', "not_json"),
        (b'{"a": ' + b"1" * 5000 + b"}", "not_json"),
        (b"[" * 60 + b"]" * 60, "too_deep"),
        (b"[" * 90_000, "too_deep"),
        (GOOD.replace(b'"nbformat_minor": 5', b'"nbformat_minor": NaN'), "not_finite"),
        (GOOD.replace(b'"nbformat_minor": 5', b'"nbformat_minor": -Infinity'), "not_finite"),
        (GOOD.replace(b'"nbformat_minor": 5', b'"nbformat_minor": 1e999'), "not_finite"),
        (b"[]", "not_notebook"),
        (b'{"nbformat": 4, "cells": []}', "not_notebook"),
        (b'{"nbformat": 4, "cells": {"a": 1}}', "not_notebook"),
        (b'{"nbformat": true, "cells": [{}]}', "not_notebook"),
        (b'{"nbformat": 2, "cells": [{}]}', "format"),
        (b'{"nbformat": 5, "cells": [{}]}', "format"),
        (nb.encode(nb.notebook([nb.code("1")] * 21)), "too_many_cells"),
    ],
)
def test_read_bad_file_is_refused_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(Refusal) as refusal:
        read(data, LIMITS)

    assert refusal.value.reason == reason
    assert refusal.value.sentence == SENTENCES[reason]


def test_read_notebook_keeps_types_and_text() -> None:
    submission = read(GOOD, LIMITS)

    assert [(cell.cell_type, cell.source) for cell in submission.cells] == [("markdown", "Hello"), ("code", "1 + 1")]


def test_read_brackets_inside_of_strings_are_no_depth() -> None:
    submission = read(with_cell_source("[" * 500 + '\\"' * 500), LIMITS)

    assert submission.cells[0].source == "[" * 500 + '\\"' * 500


def test_read_byte_order_mark_is_no_reason_to_refuse() -> None:
    assert read(b"\xef\xbb\xbf" + GOOD, LIMITS) == read(GOOD, LIMITS)


def test_read_format_three_takes_the_worksheets() -> None:
    cells = [{"cell_type": "code", "input": ["a = 1\n", "b = 2"]}, {"cell_type": "heading", "source": "Title"}]
    data = json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]}).encode()

    assert [cell.source for cell in read(data, LIMITS).cells] == ["a = 1\nb = 2", "Title"]


def test_read_lone_surrogate_becomes_a_question_mark() -> None:
    assert read(with_cell_source("x\ud800y"), LIMITS).cells[0].source == "x?y"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
CELL = st.dictionaries(st.sampled_from(["cell_type", "source", "input", "metadata", "id", "attachments"]), JSON)
MARKED = st.builds(lambda cell, marks: cell | {"metadata": {"nbgrader": marks, "tags": marks}}, CELL, JSON)


@settings(max_examples=50)
@given(st.lists(CELL | MARKED | JSON, max_size=5))
def test_read_any_cells_give_cells_or_a_refusal(cells: list[object]) -> None:
    data = json.dumps({"nbformat": 4, "cells": cells}).encode()

    with contextlib.suppress(Refusal):
        submission = read(data, LIMITS)
        assert all(isinstance(cell.source, str) for cell in submission.cells)


@given(st.binary())
def test_read_any_bytes_never_raise_but_a_refusal(data: bytes) -> None:
    with pytest.raises(Refusal):
        read(data, LIMITS)

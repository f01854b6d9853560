"""Values that cross between the participant's code and the tests, and bytes that pretend to."""

import collections
import datetime as dt
import decimal
import fractions
import json
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.grading.isolated.codec import Decoder, Encoder, Malformed, NotData


def through(value: object) -> Any:
    """The value after its way over the wire."""
    encoder = Encoder()
    tree = json.loads(json.dumps(encoder.encode(value), allow_nan=False))
    return Decoder([memoryview(bytearray(buffer)) for buffer in encoder.buffers]).decode(tree)


PLAIN = [
    True,
    2**70,
    -(2**63),
    -1.5,
    float("inf"),
    3 + 4j,
    "имя\ud800",
    b"\0\xff",
    [1, (2, {3}, frozenset({4}))],
    {1: {2: 3}, (1, 2): None},
    collections.Counter("абв"),
    collections.OrderedDict(b=1, a=2),
    collections.deque([1, 2], maxlen=3),
    range(5, 1, -2),
    slice(1, None, 2),
    ...,
    int,
    dt.datetime(2026, 11, 25, 10, 30, fold=1),  # noqa: DTZ001 -- a naive one is a value too
    dt.date(2018, 1, 1),
    dt.timedelta(days=-1, microseconds=5),
    decimal.Decimal("1.10"),
    fractions.Fraction(1, 3),
    np.float64(2.5),
    np.int8(-3),
    np.str_("ab"),
    np.bool_(True),
    np.datetime64("2020-01-01"),
    pd.Timestamp("2020-01-01", tz="Asia/Yekaterinburg"),
    pd.Timedelta("1h"),
    pd.NaT,
    pd.NA,
]


@pytest.mark.parametrize("value", PLAIN, ids=repr)
def test_value_comes_through_with_its_exact_type(value: Any) -> None:
    came = through(value)

    assert type(came) is type(value)
    assert came is value or came == value


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6).reshape(2, 3).T,
        np.zeros((0, 3)),
        np.array(["а", "бв"]),
        np.array([{1: 2}, None], object),
        np.array(3.5),
        np.array([np.nan, 1.0]),
    ],
    ids=repr,
)
def test_array_comes_through_and_can_be_written_to(array: Any) -> None:
    came = through(array)

    assert (came.dtype, came.shape) == (array.dtype, array.shape)
    np.testing.assert_array_equal(came, array)
    came[...] = came


def test_table_comes_through_with_its_types_names_and_order() -> None:
    table = pd.DataFrame(
        {
            "число": [1, 2, 3],
            "text": ["x", None, "z"],
            "category": pd.Categorical(["u", "v", "u"], ordered=True),
            "zoned": pd.date_range("2020", periods=3, tz="Asia/Yekaterinburg"),
            "nullable": pd.array([1, None, 3], "Int64"),
            "flag": pd.array([True, None, False], "boolean"),
            "object": [1, "a", None],
            "string": pd.array(["a", pd.NA, "c"], "string"),
        },
        index=pd.Index([5, 6, 7], name="k"),
    )
    grouped = table.groupby(["число", "text"], dropna=False).agg({"число": ["sum", "mean"]})

    pd.testing.assert_frame_equal(through(table), table)
    pd.testing.assert_frame_equal(through(grouped), grouped)
    pd.testing.assert_frame_equal(through(table.iloc[:, [0, 0]]), table.iloc[:, [0, 0]])


class _Equal(int):
    """An `int` that is equal to everything."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = int.__hash__


@pytest.mark.parametrize("value", [_Equal(1), [_Equal(1)], {"a": _Equal(1)}, np.array([_Equal(1)], object)], ids=repr)
def test_subclass_of_a_plain_type_is_no_data(value: object) -> None:
    with pytest.raises(NotData):
        Encoder().encode(value)


def test_endless_nesting_is_no_data() -> None:
    endless: list[Any] = []
    endless.append(endless)

    with pytest.raises(NotData):
        Encoder().encode(endless)


TAGS = st.sampled_from(
    [
        "int",
        "float",
        "complex",
        "bytes",
        "tuple",
        "set",
        "dict",
        "deque",
        "range",
        "slice",
        "datetime",
        "date",
        "timedelta",
        "Decimal",
        "Fraction",
        "path",
        "type",
        "module",
        "thing",
        "defaultdict",
        "Counter",
        "np.scalar",
        "np.array",
        "np.objects",
        "np.dtype",
        "pd.frame",
        "pd.series",
        "pd.index",
        "pd.range",
        "pd.multi",
        "pd.texts",
        "pd.nullable",
        "pd.zoned",
        "pd.categories",
        "pd.stamp",
        "pd.delta",
    ]
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-3, 40)
    | st.floats(allow_nan=False)
    | st.sampled_from(["<f8", "|S4", "O", "M8[ns]", "Int64", "ns", "UTC", "D", "python"])
    | st.text(max_size=5)
)


def _tagged(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    fields = st.dictionaries(st.sampled_from(list("vbdsinctzufmol")), values, max_size=6)
    return st.lists(values, max_size=4) | st.builds(lambda tag, tree: {"t": tag, **tree}, TAGS, fields)


@given(tree=st.recursive(LEAVES, _tagged, max_leaves=15), data=st.binary(max_size=40))
def test_decode_of_anything_gives_a_value_or_says_that_it_is_none(tree: Any, data: bytes) -> None:
    try:
        Decoder([memoryview(bytearray(data))] * 3).decode(tree)
    except Malformed:
        return

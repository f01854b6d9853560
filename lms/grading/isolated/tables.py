"""The tables of pandas in the codec. Imported where pandas is already there."""

from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped]

from lms.grading.isolated.codec import Decoder, Encoder, Malformed, Reader, Tree, Writer


def _values(encoder: Encoder, array: Any, depth: int) -> Tree:
    """The values behind a column or an index, by the kind of their dtype; None when it has no plain form."""
    dtype = array.dtype
    if isinstance(dtype, pd.StringDtype):
        texts = [None if missing else text for text, missing in zip(array, pd.isna(array), strict=True)]
        return {"t": "pd.texts", "s": dtype.storage, "n": dtype.na_value is pd.NA, "v": encoder.each(texts, depth)}
    if isinstance(array, pd.arrays.NumpyExtensionArray) or isinstance(dtype, np.dtype):
        return encoder.encode(np.asarray(array), depth)
    if isinstance(dtype, pd.CategoricalDtype):
        categorical = pd.Categorical(array)
        categories = _index(encoder, categorical.categories, depth)
        codes = encoder.encode(np.asarray(categorical.codes), depth)
        return None if categories is None else {"t": "pd.categories", "c": categories, "v": codes, "o": dtype.ordered}
    if isinstance(dtype, pd.DatetimeTZDtype):
        stamps = encoder.encode(np.asarray(array.astype(f"datetime64[{dtype.unit}, UTC]").astype("int64")), depth)
        return {"t": "pd.zoned", "u": dtype.unit, "z": str(dtype.tz), "v": stamps}
    if str(dtype) in _NULLABLE:
        missing = np.asarray(pd.isna(array))
        values = pd.Series(array).fillna(False if str(dtype) == "boolean" else 0).to_numpy(_NULLABLE[str(dtype)])
        parts = [encoder.encode(values, depth), encoder.encode(missing, depth)]
        return {"t": "pd.nullable", "d": str(dtype), "v": parts}
    return None


_NULLABLE = {
    "boolean": "bool",
    **{f"{sign}Int{bits}": f"{sign.lower()}int{bits}" for sign in ("", "U") for bits in (8, 16, 32, 64)},
    "Float32": "float32",
    "Float64": "float64",
}


def _index(encoder: Encoder, index: Any, depth: int) -> Tree:
    names = encoder.each(list(index.names), depth)
    if type(index) is pd.RangeIndex:
        return {"t": "pd.range", "v": [index.start, index.stop, index.step], "n": names}
    if type(index) is pd.MultiIndex:
        levels = [_index(encoder, level, depth + 1) for level in index.levels]
        codes = [encoder.encode(np.asarray(code), depth) for code in index.codes]
        return None if None in levels else {"t": "pd.multi", "l": levels, "c": codes, "n": names}
    if type(index) not in (pd.Index, pd.DatetimeIndex, pd.TimedeltaIndex, pd.CategoricalIndex):
        return None
    values = _values(encoder, index, depth)
    frequency = getattr(index, "freqstr", None)
    return None if values is None else {"t": "pd.index", "v": values, "n": names, "f": frequency}


def _series(encoder: Encoder, series: Any, depth: int) -> Tree:
    index, values = _index(encoder, series.index, depth), _values(encoder, series.array, depth)
    if index is None or values is None:
        return None
    return {"t": "pd.series", "i": index, "v": values, "n": encoder.encode(series.name, depth)}


def _frame(encoder: Encoder, frame: Any, depth: int) -> Tree:
    index, columns = _index(encoder, frame.index, depth), _index(encoder, frame.columns, depth)
    values = [_values(encoder, frame.iloc[:, position].array, depth) for position in range(frame.shape[1])]
    if index is None or columns is None or any(value is None for value in values):
        return None
    return {"t": "pd.frame", "i": index, "c": columns, "v": values}


def _stamp(_: Encoder, stamp: Any, __: int) -> Tree:
    zone = None if stamp.tz is None else str(stamp.tz)
    return {
        "t": "pd.stamp",
        "v": stamp.value if zone is None else stamp.tz_convert("UTC").value,
        "u": stamp.unit,
        "z": zone,
    }


_WRITERS: dict[type, Writer] = {
    pd.DataFrame: _frame,
    pd.Series: _series,
    pd.Timestamp: _stamp,
    pd.Timedelta: lambda _, value, __: {"t": "pd.delta", "v": value.value, "u": value.unit},
    type(pd.NaT): lambda *_: {"t": "pd.nat"},
    type(pd.NA): lambda *_: {"t": "pd.na"},
    **dict.fromkeys(
        (pd.Index, pd.RangeIndex, pd.MultiIndex, pd.DatetimeIndex, pd.TimedeltaIndex, pd.CategoricalIndex), _index
    ),
}


def writer(kind: type) -> Writer | None:
    """How to write exactly this type; None for a subclass or another type."""
    return _WRITERS.get(kind)


def _array(decoder: Decoder, tree: Any, depth: int) -> Any:
    values = decoder.value(tree, depth)
    if not isinstance(values, np.ndarray | pd.api.extensions.ExtensionArray) or values.ndim != 1:
        raise Malformed("no column")
    return values


def _read_categories(decoder: Decoder, tree: dict[str, Any], depth: int) -> Any:
    categories, codes = decoder.value(tree["c"], depth), _array(decoder, tree["v"], depth)
    return pd.Categorical.from_codes(codes, categories, ordered=tree["o"] is True)


def _read_zoned(decoder: Decoder, tree: dict[str, Any], depth: int) -> Any:
    stamps = _array(decoder, tree["v"], depth).view(f"datetime64[{_unit(tree)}]")
    return pd.DatetimeIndex(stamps).tz_localize("UTC").tz_convert(str(tree["z"])).array


def _read_texts(decoder: Decoder, tree: dict[str, Any], depth: int) -> Any:
    texts = decoder.each(tree["v"], depth)
    if any(text is not None and type(text) is not str for text in texts):
        raise Malformed("no texts")
    dtype = pd.StringDtype(tree["s"], na_value=pd.NA if tree["n"] is True else np.nan)
    return pd.array(texts, dtype=dtype)


def _read_nullable(decoder: Decoder, tree: dict[str, Any], depth: int) -> Any:
    name = tree["d"]
    values, missing = (_array(decoder, part, depth) for part in tree["v"])
    if str(values.dtype) != _NULLABLE[name] or missing.dtype != bool:
        raise Malformed("no nullable column")
    array = pd.array(values.copy(), dtype=name)
    array[missing] = pd.NA
    return array


def _unit(tree: dict[str, Any]) -> str:
    if tree["u"] not in ("s", "ms", "us", "ns"):
        raise Malformed("no unit of time")
    return str(tree["u"])


def _read_index(decoder: Decoder, tree: dict[str, Any], depth: int) -> Any:
    names = decoder.each(tree["n"], depth)
    match tree["t"]:
        case "pd.range":
            return pd.RangeIndex(*tree["v"], name=names[0])
        case "pd.multi":
            levels = [decoder.value(level, depth) for level in tree["l"]]
            codes = [_array(decoder, code, depth) for code in tree["c"]]
            return pd.MultiIndex(levels=levels, codes=codes, names=names)
    index = pd.Index(_array(decoder, tree["v"], depth), name=names[0])
    if tree["f"] is not None:
        index.freq = tree["f"]
    return index


def _read_series(decoder: Decoder, tree: dict[str, Any], depth: int) -> Any:
    index, values = decoder.value(tree["i"], depth), _array(decoder, tree["v"], depth)
    return pd.Series(values, index=index, name=decoder.value(tree["n"], depth), copy=False)


def _read_frame(decoder: Decoder, tree: dict[str, Any], depth: int) -> Any:
    index, columns = decoder.value(tree["i"], depth), decoder.value(tree["c"], depth)
    values = [_array(decoder, value, depth) for value in tree["v"]]
    if len(values) != len(columns):
        raise Malformed("columns and names disagree")
    frame = pd.DataFrame(dict(enumerate(values)), index=index, copy=False)
    frame.columns = columns
    return frame


def _read_stamp(_: Decoder, tree: dict[str, Any], __: int) -> Any:
    stamp = pd.Timestamp(tree["v"], unit="ns", tz=None if tree["z"] is None else "UTC").as_unit(_unit(tree))
    return stamp if tree["z"] is None else stamp.tz_convert(str(tree["z"]))


READERS: dict[str, Reader] = {
    "pd.categories": _read_categories,
    "pd.zoned": _read_zoned,
    "pd.texts": _read_texts,
    "pd.nullable": _read_nullable,
    "pd.range": _read_index,
    "pd.multi": _read_index,
    "pd.index": _read_index,
    "pd.series": _read_series,
    "pd.frame": _read_frame,
    "pd.stamp": _read_stamp,
    "pd.delta": lambda _, tree, __: pd.Timedelta(tree["v"], unit="ns").as_unit(_unit(tree)),
    "pd.nat": lambda *_: pd.NaT,
    "pd.na": lambda *_: pd.NA,
}

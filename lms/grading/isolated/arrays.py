"""NumPy's scalars and arrays in the codec. Imported where NumPy is already there."""

import math
from typing import Any

import numpy as np

from lms.grading.isolated.codec import Decoder, Encoder, Malformed, Reader, Tree, Writer

_KINDS = "biufcSUmM"
_MAX_DIMENSIONS = 32


def _scalar(encoder: Encoder, value: Any, _: int) -> Tree:
    if value.dtype.kind not in _KINDS:
        return None
    return {"t": "np.scalar", "d": value.dtype.str, "b": encoder.buffer(value.tobytes())}


def _array(encoder: Encoder, value: Any, depth: int) -> Tree:
    if value.dtype.kind == "O":
        return {"t": "np.objects", "s": list(value.shape), "v": encoder.each(value.ravel().tolist(), depth)}
    if value.dtype.kind not in _KINDS:
        return None
    fortran = value.flags.f_contiguous and not value.flags.c_contiguous
    data = memoryview(value.tobytes(order="F" if fortran else "C"))
    return {"t": "np.array", "d": value.dtype.str, "s": list(value.shape), "b": encoder.buffer(data), "f": fortran}


def _dtype(_: Encoder, value: Any, __: int) -> Tree:
    return {"t": "np.dtype", "d": value.str} if value.kind in _KINDS + "O" else None


def writer(kind: type) -> Writer | None:
    """How to write exactly this type; None for a subclass or another type."""
    if kind is np.ndarray:
        return _array
    if issubclass(kind, np.dtype):
        return _dtype
    if issubclass(kind, np.generic) and kind.__module__ == "numpy" and getattr(np, kind.__name__, None) is kind:
        return _scalar
    return None


def _read_dtype(text: Any, allowed: str = _KINDS) -> "np.dtype[Any]":
    if type(text) is not str or len(text) > 40:
        raise Malformed("no dtype")
    dtype = np.dtype(text)
    if dtype.kind not in allowed:
        raise Malformed("no plain dtype")
    return dtype


def _shape(sizes: Any) -> tuple[int, ...]:
    if type(sizes) is not list or len(sizes) > _MAX_DIMENSIONS or any(type(n) is not int or n < 0 for n in sizes):
        raise Malformed("no shape")
    return tuple(sizes)


def _read_scalar(decoder: Decoder, tree: dict[str, Any], _: int) -> Any:
    values = np.frombuffer(bytes(decoder.buffer(tree["b"])) or b"\0\0\0\0", _read_dtype(tree["d"]))
    if values.size != 1 and values.dtype.itemsize:
        raise Malformed("no single value")
    return values[0]


def _read_array(decoder: Decoder, tree: dict[str, Any], _: int) -> Any:
    dtype, shape, data = _read_dtype(tree["d"]), _shape(tree["s"]), decoder.buffer(tree["b"])
    if math.prod(shape) * dtype.itemsize != data.nbytes:
        raise Malformed("shape and size disagree")
    if not data.nbytes:
        return np.zeros(shape, dtype)
    return np.ndarray(shape, dtype, data, order="F" if tree["f"] is True else "C")


def _read_objects(decoder: Decoder, tree: dict[str, Any], depth: int) -> Any:
    values, shape = decoder.each(tree["v"], depth), _shape(tree["s"])
    if math.prod(shape) != len(values):
        raise Malformed("shape and size disagree")
    array = np.empty(len(values), object)
    for position, value in enumerate(values):
        array[position] = value
    return array.reshape(shape)


READERS: dict[str, Reader] = {
    "np.scalar": _read_scalar,
    "np.array": _read_array,
    "np.objects": _read_objects,
    "np.dtype": lambda _, tree, __: _read_dtype(tree["d"], _KINDS + "O"),
}

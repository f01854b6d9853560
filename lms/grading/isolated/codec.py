"""Values as data: exact plain types, NumPy arrays and pandas tables as JSON and raw buffers. No pickle, no hooks.

A value whose type isn't exactly one of these goes as a reference, which `Encoder.refer` makes and `Decoder.resolve`
takes: a subclass of `int` is no `int` here, so nothing that a participant wrote takes part in a comparison.
"""

import collections
import datetime as dt
import decimal
import fractions
import pathlib
import sys
from collections.abc import Callable, Sequence
from typing import Any

MAX_DEPTH = 80
MAX_NODES = 3_000_000
_SMALL = 2**63

Tree = Any
"""What JSON can say: containers other than a list are objects with the key "t"."""

PLAIN_TYPES: dict[str, type] = {
    kind.__name__: kind
    for kind in (bool, int, float, complex, str, bytes, bytearray, list, tuple, dict, set, frozenset, range, slice)
} | {"object": object, "type": type, "NoneType": type(None)}


class NotData(Exception):
    """The value can't be sent as data, and a reference isn't allowed where it stands."""


class Malformed(Exception):
    """What came can't be read as a value."""


def _no_reference(value: object) -> Tree:
    raise NotData(type(value).__name__)


class Encoder:
    """Encodes values into trees and collects the buffers they refer to."""

    def __init__(self, refer: Callable[[object], Tree] = _no_reference) -> None:
        self.refer = refer
        self.buffers: list[bytes | memoryview] = []
        self._nodes = 0

    def encode(self, value: object, depth: int = 0) -> Tree:
        """The tree of a value. Raises NotData."""
        self._nodes += 1
        if depth > MAX_DEPTH or self._nodes > MAX_NODES:
            raise NotData("too deep or too big")
        kind = type(value)
        if value is None or kind is bool or kind is str:
            return value
        writer = _WRITERS.get(kind)
        if writer is None:
            writer = _library_writer(kind)
        tree = writer(self, value, depth + 1) if writer is not None else None
        return self.refer(value) if tree is None else tree

    def buffer(self, data: bytes | memoryview) -> int:
        """Keep a buffer; returns its position."""
        self.buffers.append(data)
        return len(self.buffers) - 1

    def each(self, values: Any, depth: int) -> list[Tree]:
        """The trees of several values."""
        return [self.encode(value, depth) for value in values]


class Decoder:
    """Makes values of trees. What it is given may be hostile: it raises Malformed and never anything else."""

    def __init__(
        self, buffers: Sequence[memoryview], resolve: Callable[[dict[str, Any]], object] | None = None
    ) -> None:
        self.buffers = buffers
        self.resolve = resolve

    def decode(self, tree: Tree) -> Any:
        """The value. Raises Malformed."""
        try:
            return self.value(tree, 0)
        except Malformed:
            raise
        except (ValueError, TypeError, KeyError, IndexError, OverflowError, ArithmeticError, RecursionError) as error:
            raise Malformed(f"{type(error).__name__}: {error}") from error

    def value(self, tree: Tree, depth: int) -> Any:
        """As `decode`, for readers of containers."""
        if depth > MAX_DEPTH + 1:
            raise Malformed("too deep")
        kind = type(tree)
        if tree is None or kind in (bool, str, int, float):
            return tree
        if kind is list:
            return [self.value(item, depth + 1) for item in tree]
        tag = tree["t"]
        reader = _READERS.get(tag) or _library_reader(tag)
        if reader is not None:
            return reader(self, tree, depth + 1)
        if self.resolve is None:
            raise Malformed(f"unknown tag {tag!r}")
        return self.resolve(tree)

    def each(self, trees: Any, depth: int) -> list[Any]:
        """Several values."""
        if type(trees) is not list:
            raise Malformed("no list")
        return [self.value(tree, depth) for tree in trees]

    def buffer(self, position: Any) -> memoryview:
        """A buffer by its position."""
        if type(position) is not int or position < 0:
            raise Malformed("no buffer")
        return self.buffers[position]


Writer = Callable[[Encoder, Any, int], Tree]
Reader = Callable[[Decoder, dict[str, Any], int], Any]


def _int(_: Encoder, value: int, __: int) -> Tree:
    return value if -_SMALL < value < _SMALL else {"t": "int", "v": hex(value)}


def _float(_: Encoder, value: float, __: int) -> Tree:
    return value if value - value == 0 else {"t": "float", "v": repr(value)}


def _list(encoder: Encoder, value: list[Any], depth: int) -> Tree:
    return encoder.each(value, depth)


def _items(tag: str) -> Writer:
    return lambda encoder, value, depth: {"t": tag, "v": encoder.each(value, depth)}


def _pairs(tag: str) -> Writer:
    def write(encoder: Encoder, value: dict[Any, Any], depth: int) -> Tree:
        return {"t": tag, "v": [[encoder.encode(k, depth), encoder.encode(v, depth)] for k, v in value.items()]}

    return write


def _bytes(tag: str) -> Writer:
    return lambda encoder, value, _: {"t": tag, "b": encoder.buffer(bytes(value))}


def _deque(encoder: Encoder, value: collections.deque[Any], depth: int) -> Tree:
    return {"t": "deque", "v": encoder.each(value, depth), "m": value.maxlen}


def _defaultdict(encoder: Encoder, value: collections.defaultdict[Any, Any], depth: int) -> Tree:
    factory = value.default_factory
    name = None if factory is None else getattr(factory, "__name__", "")
    if name is not None and PLAIN_TYPES.get(name) is not factory:
        return None
    return _pairs("defaultdict")(encoder, value, depth) | {"f": name}


def _datetime(_: Encoder, value: dt.datetime | dt.time, __: int) -> Tree:
    if value.tzinfo is not None and type(value.tzinfo) is not dt.timezone:
        return None
    return {"t": type(value).__name__, "v": value.isoformat(), "f": value.fold}


def _type(_: Encoder, value: type, __: int) -> Tree:
    return {"t": "type", "v": value.__name__} if PLAIN_TYPES.get(value.__name__) is value else None


_WRITERS: dict[type, Writer] = {
    int: _int,
    float: _float,
    complex: lambda encoder, value, depth: {"t": "complex", "v": encoder.each([value.real, value.imag], depth)},
    bytes: _bytes("bytes"),
    bytearray: _bytes("bytearray"),
    list: _list,
    tuple: _items("tuple"),
    set: _items("set"),
    frozenset: _items("frozenset"),
    dict: _pairs("dict"),
    collections.OrderedDict: _pairs("OrderedDict"),
    collections.Counter: _pairs("Counter"),
    collections.defaultdict: _defaultdict,
    collections.deque: _deque,
    range: lambda encoder, value, depth: {
        "t": "range",
        "v": encoder.each([value.start, value.stop, value.step], depth),
    },
    slice: lambda encoder, value, depth: {
        "t": "slice",
        "v": encoder.each([value.start, value.stop, value.step], depth),
    },
    type(...): lambda *_: {"t": "ellipsis"},
    type(NotImplemented): lambda *_: {"t": "notimplemented"},
    dt.datetime: _datetime,
    dt.time: _datetime,
    dt.date: lambda _, value, __: {"t": "date", "v": value.isoformat()},
    dt.timedelta: lambda _, value, __: {"t": "timedelta", "v": [value.days, value.seconds, value.microseconds]},
    decimal.Decimal: lambda _, value, __: {"t": "Decimal", "v": str(value)},
    fractions.Fraction: lambda encoder, value, depth: {
        "t": "Fraction",
        "v": encoder.each([value.numerator, value.denominator], depth),
    },
    pathlib.PosixPath: lambda _, value, __: {"t": "path", "v": str(value)},
    type: _type,
}


def _text(tree: Any) -> str:
    if type(tree) is not str:
        raise Malformed("no text")
    return tree


def _numbers(decoder: Decoder, tree: dict[str, Any], depth: int) -> list[Any]:
    values = decoder.each(tree["v"], depth)
    if any(value is not None and type(value) not in (int, float) for value in values):
        raise Malformed("no numbers")
    return values


def _read_pairs(decoder: Decoder, tree: dict[str, Any], depth: int) -> list[tuple[Any, Any]]:
    return [(decoder.value(key, depth), decoder.value(value, depth)) for key, value in tree["v"]]


def _read_defaultdict(decoder: Decoder, tree: dict[str, Any], depth: int) -> Any:
    factory = None if tree["f"] is None else PLAIN_TYPES[tree["f"]]
    return collections.defaultdict(factory, _read_pairs(decoder, tree, depth))


def _read_int(_: Decoder, tree: dict[str, Any], __: int) -> int:
    return int(_text(tree["v"]), 16)


def _read_float(_: Decoder, tree: dict[str, Any], __: int) -> float:
    return {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}[tree["v"]]


_READERS: dict[str, Reader] = {
    "int": _read_int,
    "float": _read_float,
    "complex": lambda d, tree, depth: complex(*_numbers(d, tree, depth)),
    "bytes": lambda d, tree, _: bytes(d.buffer(tree["b"])),
    "bytearray": lambda d, tree, _: bytearray(d.buffer(tree["b"])),
    "tuple": lambda d, tree, depth: tuple(d.each(tree["v"], depth)),
    "set": lambda d, tree, depth: set(d.each(tree["v"], depth)),
    "frozenset": lambda d, tree, depth: frozenset(d.each(tree["v"], depth)),
    "dict": lambda d, tree, depth: dict(_read_pairs(d, tree, depth)),
    "OrderedDict": lambda d, tree, depth: collections.OrderedDict(_read_pairs(d, tree, depth)),
    "Counter": lambda d, tree, depth: collections.Counter(dict(_read_pairs(d, tree, depth))),
    "defaultdict": _read_defaultdict,
    "deque": lambda d, tree, depth: collections.deque(d.each(tree["v"], depth), tree["m"]),
    "range": lambda d, tree, depth: range(*_numbers(d, tree, depth)),
    "slice": lambda d, tree, depth: slice(*d.each(tree["v"], depth)),
    "ellipsis": lambda *_: ...,
    "notimplemented": lambda *_: NotImplemented,
    "datetime": lambda _, tree, __: dt.datetime.fromisoformat(tree["v"]).replace(fold=tree["f"]),
    "time": lambda _, tree, __: dt.time.fromisoformat(tree["v"]).replace(fold=tree["f"]),
    "date": lambda _, tree, __: dt.date.fromisoformat(tree["v"]),
    "timedelta": lambda d, tree, depth: dt.timedelta(*_numbers(d, tree, depth)),
    "Decimal": lambda _, tree, __: decimal.Decimal(_text(tree["v"])),
    "Fraction": lambda d, tree, depth: fractions.Fraction(*_numbers(d, tree, depth)),
    "path": lambda _, tree, __: pathlib.PosixPath(_text(tree["v"])),
    "type": lambda _, tree, __: PLAIN_TYPES[tree["v"]],
}


def _library_writer(kind: type) -> Writer | None:
    """Types of NumPy and pandas are known by their module, so that neither is imported for a notebook without it."""
    package = kind.__module__.partition(".")[0]
    if package == "numpy" and "numpy" in sys.modules:
        from lms.grading.isolated import arrays

        return arrays.writer(kind)
    if package == "pandas" and "pandas" in sys.modules:
        from lms.grading.isolated import tables

        return tables.writer(kind)
    return None


def _library_reader(tag: Any) -> Reader | None:
    if type(tag) is not str:
        raise Malformed("no tag")
    if tag.startswith("np."):
        from lms.grading.isolated import arrays

        return arrays.READERS.get(tag)
    if tag.startswith("pd."):
        from lms.grading.isolated import tables

        return tables.READERS.get(tag)
    return None

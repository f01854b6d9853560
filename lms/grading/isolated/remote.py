"""What the tests hold of the participant's: stand-ins whose every use is a question to the other side.

No method of a stand-in lets the participant's code decide a comparison of the tests unless the author's own solution
made the same test use that operation: see gate.py.
"""

from collections.abc import Callable
from typing import Any

from lms.grading.isolated.gate import Unreachable


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


class RemoteType(type):
    """The class of stand-ins for one class of the participant's; itself a stand-in for it."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        return type.__getattribute__(cls, "_link").call(type.__getattribute__(cls, "_number"), args, kwargs)

    def __getattribute__(cls, name: str) -> Any:
        if _is_special(name) and name != "__doc__":
            return super().__getattribute__(name)
        link = type.__getattribute__(cls, "_link")
        link.gate.use(f"attr:{name}")
        return link.ask({"q": "attr", "i": type.__getattribute__(cls, "_number"), "n": name})

    def __repr__(cls) -> str:
        return f"<class {type.__getattribute__(cls, '__name__')!r} of the notebook>"


def _operation(name: str) -> Callable[..., Any]:
    def operate(self: Any, *args: Any) -> Any:
        link = type.__getattribute__(type(self), "_link")
        return link.operate(name, object.__getattribute__(self, "_number"), *args)

    return operate


class Remote:
    """A stand-in for an object of the participant's."""

    _link: Any
    """A Link."""
    _number: int
    _real: type | None = None

    def __getattribute__(self, name: str) -> Any:
        kind = object.__getattribute__(self, "__class__")
        if name == "__class__":  # isinstance() believes it: an Axes of the notebook is an Axes
            return type.__getattribute__(kind, "_real") or kind
        if _is_special(name) and name not in ("__doc__", "__name__", "__code__", "__dict__"):
            return object.__getattribute__(self, name)
        link = type.__getattribute__(kind, "_link")
        link.gate.use(f"attr:{name}")
        return link.ask({"q": "attr", "i": object.__getattribute__(self, "_number"), "n": name})

    def __setattr__(self, name: str, value: Any) -> None:
        link = type.__getattribute__(type(self), "_link")
        link.gate.use(f"setattr:{name}")
        link.ask({"q": "setattr", "i": object.__getattribute__(self, "_number"), "n": name}, value, has_value=True)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        link = type.__getattribute__(type(self), "_link")
        return link.call(object.__getattribute__(self, "_number"), args, kwargs)

    def __eq__(self, other: object) -> Any:
        link = type.__getattribute__(type(self), "_link")
        if self is other:
            return True
        return link.operate("eq", object.__getattribute__(self, "_number"), other)

    def __ne__(self, other: object) -> Any:
        if self is other:
            return False
        link = type.__getattribute__(type(self), "_link")
        return link.operate("ne", object.__getattribute__(self, "_number"), other)

    def __hash__(self) -> int:
        return hash(("of the notebook", object.__getattribute__(self, "_number")))

    def __iter__(self) -> Any:
        link = type.__getattribute__(type(self), "_link")
        return _Iterator(link, link.operate("iter", object.__getattribute__(self, "_number")))

    def __next__(self) -> Any:
        link = type.__getattribute__(type(self), "_link")
        return next(_Iterator(link, self))

    def __bool__(self) -> bool:
        link = type.__getattribute__(type(self), "_link")
        return link.operate("bool", object.__getattribute__(self, "_number")) is True

    def __len__(self) -> int:
        link = type.__getattribute__(type(self), "_link")
        length = link.operate("len", object.__getattribute__(self, "_number"))
        if type(length) is not int:
            raise Unreachable("a length that is no number")
        return length

    def __contains__(self, item: Any) -> bool:
        link = type.__getattribute__(type(self), "_link")
        return link.operate("contains", object.__getattribute__(self, "_number"), item) is True

    def __exit__(self, *_: object) -> Any:
        link = type.__getattribute__(type(self), "_link")
        link.operate("exit", object.__getattribute__(self, "_number"))

    def __dir__(self) -> Any:
        link = type.__getattribute__(type(self), "_link")
        return link.operate("dir", object.__getattribute__(self, "_number"))


_COMPARING = ("lt", "le", "gt", "ge")
_COMPUTING = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "xor", "lshift", "rshift", "divmod")
_REFLECTED = ("radd", "rsub", "rmul", "rtruediv")
_OF_ONE = ("neg", "pos", "abs", "invert", "round", "index", "int", "float", "complex", "str", "repr", "format")
_OF_CONTAINERS = ("getitem", "setitem", "delitem", "reversed", "enter")

for _name in (*_COMPARING, *_COMPUTING, *_REFLECTED, *_OF_ONE, *_OF_CONTAINERS):
    setattr(Remote, f"__{_name}__", _operation(_name))
for _name in ("and", "or"):
    setattr(Remote, f"__{_name}__", _operation(f"{_name}_"))


class _Iterator:
    """Fetches one element at a time, as a loop of the test would."""

    def __init__(self, link: Any, thing: Any) -> None:
        self._link = link
        self._thing = thing
        self._plain = iter(thing) if not isinstance(thing, Remote) else None

    def __iter__(self) -> "_Iterator":
        return self

    def __next__(self) -> Any:
        if self._plain is not None:
            return next(self._plain)
        got = self._link.ask({"q": "next", "i": object.__getattribute__(self._thing, "_number"), "k": 1})
        if type(got) is not list or len(got) > 1:
            raise Unreachable("no element")
        if not got:
            raise StopIteration
        return got[0]

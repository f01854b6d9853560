"""What the tests hold of the participant's: stand-ins whose every use is a question to the other side.

No method of a stand-in lets the participant's code decide a comparison of the tests unless the author's own solution
made the same test use that operation: see `Gate`.
"""

import builtins
import itertools
import socket
import sys
import weakref
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from lms.grading.isolated import frames
from lms.grading.isolated.codec import Decoder, Encoder, Malformed, NotData


class NotAllowed(AssertionError):
    """The test did to the participant's object what it never did to the author's."""


class Unreachable(AssertionError):
    """The participant's side gave no answer."""


class Gate:
    """Which operations a test cell may use on the participant's objects.

    While the author's solution is tried it takes notes; when it grades it lets nothing else pass. An object that says
    it is equal to everything is no use where the solution's answer was a number.
    """

    FREE = frozenset({"call", "next", "iter", "len"})
    """They tell the participant's code nothing that it is then asked to judge."""

    def __init__(self, allowed: frozenset[str] | None) -> None:
        self.allowed = allowed
        self.used: set[str] = set()
        self.asked: set[str] = set()

    def use(self, operation: str) -> None:
        """Raises NotAllowed."""
        if operation in self.FREE:
            return
        if self.allowed is not None and operation not in self.allowed:
            raise NotAllowed(f"the answer is no plain value ({operation})")
        self.used.add(operation)


def _plain_error(builtin: str) -> type[BaseException]:
    found = getattr(builtins, builtin, None)
    if not (isinstance(found, type) and issubclass(found, BaseException)):
        return RuntimeError
    if issubclass(found, KeyboardInterrupt):
        return TimeoutError
    if not issubclass(found, Exception) or issubclass(found, StopIteration | StopAsyncIteration | Warning):
        return RuntimeError  # it would end a loop of the test, or the tester
    return found


class Link:
    """The line to the participant's side."""

    def __init__(self, line: socket.socket, print_text: Callable[[str, str], None]) -> None:
        self.line = line
        self.print_text = print_text
        self.gate = Gate(None)
        self.modules: frozenset[str] = frozenset()
        self.before_call: Callable[[], dict[str, Any]] = dict
        self.after_call: Callable[[], None] = lambda: None
        self._classes: dict[int, type] = {}
        self._stand_ins: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()
        self._callbacks: dict[int, Any] = {}
        self._numbers = itertools.count(1)

    def ask(self, question: dict[str, Any], value: Any = None, *, has_value: bool = False, push: bool = False) -> Any:
        """One question and its answer. Raises what the participant's code raised, as one of our exceptions."""
        encoder = Encoder(self._refer)
        if has_value:
            question["v"] = encoder.encode(value)
        if push:
            pushed = {}
            for name, pushed_value in self.before_call().items():
                with suppress(NotData):  # an open file, say: its name means nothing on the other side
                    pushed[name] = encoder.encode(pushed_value)
            if pushed:
                question["push"] = pushed
        try:
            frames.send(self.line, question, encoder.buffers)
            frame = frames.receive(self.line)
            while frame.content.get("q") == "callback":
                self._serve(frame)
                frame = frames.receive(self.line)
        except frames.Broken as error:
            raise Unreachable("the code ended before it answered") from error
        return self._answer(frame, value)

    def _answer(self, frame: frames.Frame, value: Any) -> Any:
        content = frame.content
        try:
            for output in content.get("p", []):
                if output.get("output_type") == "stream":
                    self.print_text(str(output["name"]), str(output["text"]))
            decoder = Decoder(frame.buffers, self.resolve)
            for position, tree in content.get("w", []):
                _change(value[0][position], decoder.decode(tree))
            if "e" not in content:
                return decoder.decode(content["v"])
            error = self._error(content["e"])
        except (Malformed, KeyError, TypeError, AttributeError, IndexError, ValueError) as wrong:
            raise Unreachable("the code gave no answer that can be read") from wrong
        raise error

    def call(self, number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call something of the participant's."""
        self.gate.use("call")
        mutable = [position for position, value in enumerate(args) if _is_mutable(value)]
        try:
            return self.ask({"q": "call", "i": number, "mutable": mutable}, (args, kwargs), has_value=True, push=True)
        finally:
            self.after_call()

    def operate(self, operation: str, number: int, *args: Any) -> Any:
        """An operator or a builtin function on something of the participant's."""
        self.gate.use(operation)
        try:
            return self.ask({"q": "op", "o": operation, "i": number}, (args, {}), has_value=True, push=True)
        finally:
            self.after_call()

    def _serve(self, frame: frames.Frame) -> None:
        encoder = Encoder(self._refer)
        try:
            args, kwargs = Decoder(frame.buffers, self.resolve).decode(frame.content["v"])
            answer = {"v": encoder.encode(self._callbacks[frame.content["i"]](*args, **kwargs))}
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001 -- it goes back to who called
            encoder = Encoder(self._refer)
            answer = {"v": f"{type(error).__name__}: {error}", "raised": True}
        frames.send(self.line, answer, encoder.buffers)

    def _refer(self, value: object) -> Any:
        kind = type(value)
        if isinstance(kind, RemoteType) or isinstance(value, RemoteType):
            return {
                "t": "own",
                "i": object.__getattribute__(value, "_number")
                if not isinstance(value, RemoteType)
                else type.__getattribute__(value, "_number"),
            }
        if kind is type(sys):
            return {"t": "module", "v": value.__name__}  # type: ignore[attr-defined]
        module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
        if (
            isinstance(module, str)
            and isinstance(name, str)
            and module.partition(".")[0] in self.modules | {"builtins"}
        ):
            return {"t": "named", "m": module, "v": name}
        if callable(value):
            self.gate.use("callback")
            number = next(self._numbers)
            self._callbacks[number] = value
            return {"t": "callback", "i": number}
        raise NotData(f"a {kind.__name__} of the test can't be given to the code")

    def resolve(self, tree: dict[str, Any]) -> Any:
        """The stand-in for a reference. Raises Malformed."""
        match tree["t"]:
            case "module":
                if tree["v"] in self.modules:
                    return sys.modules.get(tree["v"]) or __import__(tree["v"], fromlist=["_"])
                raise Malformed("a module that the tests don't use")
            case "builtin":
                return object
            case "callback":
                return self._callbacks[tree["i"]]
            case "class":
                return self._class(tree)
            case "thing":
                known = self._stand_ins.get(tree["i"])
                if known is None:
                    kind = self._class(tree["c"])
                    known = object.__new__(kind) if not issubclass(kind, BaseException) else BaseException.__new__(kind)
                    object.__setattr__(known, "_number", int(tree["i"]))
                    if not issubclass(kind, BaseException):
                        self._stand_ins[tree["i"]] = known
                return known
        raise Malformed("unknown reference")

    def _class(self, tree: dict[str, Any]) -> Any:
        number = tree["i"]
        if type(number) is not int:
            raise Malformed("no number")
        if number not in self._classes:
            bases: list[type] = []
            error: type[BaseException] | None = None
            for base in list(tree["b"])[:20]:
                if base["t"] == "class":
                    bases.append(self._class(base))
                else:
                    found = getattr(builtins, str(base["v"]), None)
                    if isinstance(found, type) and issubclass(found, BaseException):
                        error = _plain_error(str(base["v"]))
            if not bases:
                bases = [error] if error is not None else [Remote]
            name = str(tree["n"])
            body = {"__module__": str(tree["m"]), "__qualname__": name, "_link": self, "_number": number}
            real = self._library_class(str(tree["m"]), name)
            if real is not None:
                body["_real"] = real
            self._classes[number] = RemoteType(name, tuple(bases), body)
        return self._classes[number]

    def _library_class(self, module: str, name: str) -> type | None:
        """The class of a library that the tests use, which this stand-in's class says to be."""
        if module.partition(".")[0] not in self.modules or module.partition(".")[0] in ("numpy", "pandas"):
            return None
        found = getattr(sys.modules.get(module), name, None)
        return found if isinstance(found, type) and not issubclass(found, BaseException) else None

    def _error(self, tree: dict[str, Any]) -> BaseException:
        args = Decoder(()).decode(list(tree["a"]))
        if tree["c"] is not None:
            error = self.resolve(tree["i"])
            if isinstance(error, BaseException):
                error.args = tuple(args)
                return error
        kind = _plain_error(str(tree["b"]))
        try:
            return kind(*args)
        except TypeError:  # a Unicode error wants five arguments of certain types
            return ValueError(str(tree["s"])) if issubclass(kind, ValueError) else RuntimeError(str(tree["s"]))


class RemoteType(type):
    """The class of stand-ins for one class of the participant's; itself a stand-in for it."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        return type.__getattribute__(cls, "_link").call(type.__getattribute__(cls, "_number"), args, kwargs)

    def __getattribute__(cls, name: str) -> Any:
        if name.startswith("__") and name.endswith("__") and name != "__doc__":
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

    _link: Link
    _number: int
    _real: type | None = None

    def __getattribute__(self, name: str) -> Any:
        kind = object.__getattribute__(self, "__class__")
        if name == "__class__":  # isinstance() believes it: an Axes of the notebook is an Axes
            return type.__getattribute__(kind, "_real") or kind
        if (
            name.startswith("__")
            and name.endswith("__")
            and name not in ("__doc__", "__name__", "__code__", "__dict__")
        ):
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


for _dunder, _name in {
    **{
        f"__{name}__": name
        for name in [
            "lt",
            "le",
            "gt",
            "ge",
            "add",
            "sub",
            "mul",
            "truediv",
            "floordiv",
            "mod",
            "pow",
            "matmul",
            "xor",
            "lshift",
            "rshift",
        ]
    },
    **{
        f"__{name}__": name
        for name in [
            "neg",
            "pos",
            "abs",
            "invert",
            "getitem",
            "setitem",
            "delitem",
            "int",
            "float",
            "complex",
            "str",
            "repr",
        ]
    },
    **{
        f"__{name}__": name
        for name in ["round", "reversed", "enter", "index", "format", "divmod", "radd", "rsub", "rmul", "rtruediv"]
    },
    "__and__": "and_",
    "__or__": "or_",
}.items():
    setattr(Remote, _dunder, _operation(_name))


class _Iterator:
    """Fetches one element at a time, as a loop of the test would."""

    def __init__(self, link: Link, thing: Any) -> None:
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


def _is_mutable(value: object) -> bool:
    kind = type(value)
    return kind in (list, dict, set, bytearray) or (kind.__module__.partition(".")[0], kind.__name__) in (
        ("numpy", "ndarray"),
        ("pandas", "DataFrame"),
        ("pandas", "Series"),
    )


def _change(old: Any, new: Any) -> None:
    """Give a list, dict, … of the test the content that the participant's code gave it."""
    if type(old) is not type(new):
        raise Malformed("it became something else")
    match type(old).__name__:
        case "list" | "bytearray":
            old[:] = new
        case "dict" | "set":
            old.clear()
            old.update(new)
        case "ndarray":
            if old.shape != new.shape:
                raise Malformed("an array of another shape")
            old[...] = new
        case "DataFrame" | "Series":
            old._update_inplace(new)  # noqa: SLF001 -- what pandas' own inplace=True does

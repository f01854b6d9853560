"""The line from the tests to the participant's side: questions, answers, and what stands for what can't be sent."""

import builtins
import itertools
import socket
import sys
import weakref
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from lms.grading.isolated import frames
from lms.grading.isolated.changes import change, is_mutable
from lms.grading.isolated.codec import Decoder, Encoder, Malformed, NotData
from lms.grading.isolated.gate import Gate, Unreachable
from lms.grading.isolated.remote import Remote, RemoteType


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
                change(value[0][position], decoder.decode(tree))
            if "e" not in content:
                return decoder.decode(content["v"])
            error = self._error(content["e"])
        except (Malformed, KeyError, TypeError, AttributeError, IndexError, ValueError) as wrong:
            raise Unreachable("the code gave no answer that can be read") from wrong
        raise error

    def call(self, number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call something of the participant's."""
        self.gate.use("call")
        mutable = [position for position, value in enumerate(args) if is_mutable(value)]
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
        if isinstance(value, RemoteType):
            return {"t": "own", "i": type.__getattribute__(value, "_number")}
        if isinstance(kind, RemoteType):
            return {"t": "own", "i": object.__getattribute__(value, "_number")}
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
            name, module = str(tree["n"]), str(tree["m"])
            body = {"__module__": module, "__qualname__": name, "_link": self, "_number": number}
            real = self._library_class(module, name)
            if real is not None:
                body["_real"] = real
            self._classes[number] = RemoteType(name, self._bases(list(tree["b"])[:20]), body)
        return self._classes[number]

    def _bases(self, trees: list[dict[str, Any]]) -> tuple[type, ...]:
        """The participant's own base classes; else an exception of Python's, or nothing special."""
        own = tuple(self._class(tree) for tree in trees if tree["t"] == "class")
        builtin = [getattr(builtins, str(tree["v"]), None) for tree in trees if tree["t"] != "class"]
        errors = [kind for kind in builtin if isinstance(kind, type) and issubclass(kind, BaseException)]
        return own or ((_plain_error(errors[0].__name__),) if errors else (Remote,))

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

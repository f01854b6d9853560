"""The side where a participant's code runs: their cells on order, their functions on the tester's questions.

Whatever this process says is what the participant says: nobody believes it more than their code.
"""

import itertools
import operator
import select
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from lms.grading.isolated import frames
from lms.grading.isolated.codec import Decoder, Encoder, NotData
from lms.grading.isolated.shell import Shell, make_shell

_ROOM = 8 * 1024 * 1024
_SHELL: list[Shell] = []

_OPERATIONS: dict[str, Callable[..., Any]] = {
    name: getattr(operator, name)
    for name in [
        "eq",
        "ne",
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
        "and_",
        "or_",
        "xor",
        "lshift",
        "rshift",
        "neg",
        "pos",
        "abs",
        "invert",
        "getitem",
        "setitem",
        "delitem",
        "contains",
        "iadd",
        "isub",
        "imul",
        "index",
    ]
} | {
    "len": len,
    "bool": bool,
    "int": int,
    "float": float,
    "complex": complex,
    "str": str,
    "repr": repr,
    "hash": hash,
    "round": round,
    "iter": iter,
    "reversed": reversed,
    "enter": lambda value: value.__enter__(),
    "exit": lambda value: value.__exit__(None, None, None),
    "format": format,
    "divmod": divmod,
    "dir": dir,
    "radd": lambda mine, other: other + mine,
    "rsub": lambda mine, other: other - mine,
    "rmul": lambda mine, other: other * mine,
    "rtruediv": lambda mine, other: other / mine,
}


def warm() -> None:
    """Make the shell before the fork: it costs more than all the rest."""
    if not _SHELL:
        _SHELL.append(make_shell(_ROOM))


class Interruptible:
    """Ctrl-C ends the participant's code, never a message that is half sent."""

    def __init__(self) -> None:
        self._depth = 0
        self._paused = self._pending = False
        signal.signal(signal.SIGINT, self._heard)

    def _heard(self, *_: object) -> None:
        if self._depth:
            raise KeyboardInterrupt
        self._pending = self._paused

    def __enter__(self) -> None:
        self._depth += 1

    def __exit__(self, *_: object) -> None:
        self._depth -= 1

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Messages are exchanged meanwhile; what is heard then counts afterwards."""
        kept, self._depth, self._paused, self._pending = self._depth, 0, True, False
        try:
            yield
        finally:
            self._depth, self._paused = kept, False
        if self._pending:
            raise KeyboardInterrupt


class _Callback:
    """A function of the tests, handed to the participant's code."""

    def __init__(self, side: "Participant", number: int) -> None:
        self._side, self._number = side, number

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._side.call_back(self._number, args, kwargs)


class Participant:
    """Answers the tester."""

    def __init__(self, line: socket.socket, shell: Shell) -> None:
        self.line = line
        self.shell = shell
        self.clock = Interruptible()
        self._things: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}
        self._next = itertools.count(1)

    # What goes out

    def _refer(self, value: Any) -> dict[str, Any]:
        if type(value) is type(sys):
            return {"t": "module", "v": value.__name__}
        if type(value) is _Callback:
            return {"t": "callback", "i": value._number}  # noqa: SLF001
        number = self._numbers.get(id(value))
        if number is None:
            number = next(self._next)
            self._things[number], self._numbers[id(value)] = value, number
        if isinstance(value, type):
            return {"t": "class", "i": number, **self._describe(value)}
        return {"t": "thing", "i": number, "c": self._refer(type(value)), "f": callable(value)}

    def _describe(self, kind: type) -> dict[str, Any]:
        bases = []
        for base in kind.__mro__[1:]:
            if base.__module__ == "builtins":
                bases.append({"t": "builtin", "v": base.__name__})
                if base is not object:
                    break
            else:
                bases.append(self._refer(base))
                break
        return {"n": str(kind.__name__)[:200], "m": str(kind.__module__)[:200], "b": bases}

    def _encode(self, value: Any) -> tuple[Any, list[Any]]:
        encoder = Encoder(self._refer)
        try:
            return encoder.encode(value), encoder.buffers
        except (NotData, RecursionError):  # too deep or too big for data
            return self._refer(value), []

    def _error(self, error: BaseException) -> dict[str, Any]:
        builtin = next(base.__name__ for base in type(error).__mro__ if base.__module__ == "builtins")
        try:
            text = str(error)[:20_000]
        except Exception:  # noqa: BLE001 -- a participant's __str__
            text = ""
        encoder = Encoder()
        try:
            args = [encoder.encode(argument) for argument in error.args]
            args = [text] if encoder.buffers else args
        except Exception:  # noqa: BLE001 -- not data, or a participant's property
            args = [text]
        own = None if type(error).__module__ == "builtins" else self._refer(type(error))
        thing = None if own is None else self._refer(error)
        return {"n": type(error).__name__[:200], "b": builtin, "a": args, "s": text, "c": own, "i": thing}

    # What comes in

    def _resolve(self, tree: dict[str, Any]) -> Any:
        match tree["t"]:
            case "own":
                return self._things[tree["i"]]
            case "callback":
                return _Callback(self, tree["i"])
            case "named":
                found: Any = sys.modules.get(tree["m"]) or __import__(tree["m"], fromlist=["_"])
                for part in tree["v"].split("."):
                    found = getattr(found, part)
                return found
            case "module":
                return __import__(tree["v"], fromlist=["_"])
        raise KeyError(tree["t"])

    def call_back(self, number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Ask the tester to call one of its functions; meanwhile it may ask us."""
        with self.clock.paused():
            tree, buffers = self._encode((args, kwargs))
            frames.send(self.line, {"q": "callback", "i": number, "v": tree}, buffers)
            frame = frames.receive(self.line)
            while "q" in frame.content:
                self.answer(frame)
                frame = frames.receive(self.line)
            value = Decoder(frame.buffers, self._resolve).decode(frame.content["v"])
        if frame.content.get("raised"):
            raise value if isinstance(value, BaseException) else RuntimeError(str(value))
        return value

    def answer(self, frame: frames.Frame) -> None:
        """Answer one question."""
        ask, changed = frame.content, []
        buffers: list[Any] = []
        try:
            if "push" in ask:
                decoder = Decoder(frame.buffers, self._resolve)
                self._push({name: decoder.decode(tree) for name, tree in ask["push"].items()})
            arguments = Decoder(frame.buffers, self._resolve).decode(ask["v"]) if "v" in ask else None
            before = self._snapshots(ask.get("mutable", []), arguments)
            with self.clock:
                value = self._do(ask, arguments)
            encoder = Encoder(self._refer)
            try:
                tree = encoder.encode(value)
            except (NotData, RecursionError):
                encoder = Encoder(self._refer)
                tree = self._refer(value)
            changed = self._changed(encoder, before, arguments)
            buffers = encoder.buffers
            answer: dict[str, Any] = {"v": tree}
        except BaseException as error:  # noqa: BLE001 -- whatever it raises is the answer
            answer = {"e": self._error(error)}
        answer |= {"p": self.shell.outputs.take(), "w": changed}
        frames.send(self.line, answer, buffers)

    def _snapshots(self, positions: list[int], arguments: Any) -> dict[int, Any]:
        """Arguments that may be changed in place, as they are now: lists, sets, dicts, arrays and tables."""
        return {position: self._whole(arguments[0][position]) for position in positions}

    def _whole(self, value: Any) -> Any:
        encoder = Encoder(self._refer)
        try:
            return encoder.encode(value), [bytes(buffer) for buffer in encoder.buffers]
        except (NotData, RecursionError):
            return None

    def _changed(self, encoder: Encoder, before: dict[int, Any], arguments: Any) -> list[Any]:
        """Those that are something else now."""
        values = {position: arguments[0][position] for position in before}
        return [
            [p, encoder.encode(value)] for p, value in values.items() if self._whole(value) not in (None, before[p])
        ]

    def _push(self, names: dict[str, Any]) -> None:
        seeds = names.pop("random states", None)
        if seeds is not None:
            import random

            if seeds[0] is not None:
                random.setstate(seeds[0])
            if seeds[1] is not None:
                import numpy as np

                np.random.set_state(seeds[1])  # noqa: NPY002 -- it is what the test seeded
        self.shell.user_ns.update(names)

    def _do(self, ask: dict[str, Any], arguments: Any) -> Any:
        what = ask["q"]
        if what in self._of_names:
            return self._of_names[what](ask)
        return self._of_things[what](self._things[ask["i"]], ask, arguments)

    @property
    def _of_names(self) -> dict[str, Callable[[dict[str, Any]], Any]]:
        names, hidden = self.shell.user_ns, self.shell.user_ns_hidden
        return {
            "has": lambda ask: ask["n"] in names,
            "get": lambda ask: names[ask["n"]],
            "delete": lambda ask: names.__delitem__(ask["n"]),
            "names": lambda _: [name for name in names if name not in hidden],
            "files": lambda _: _files(),
        }

    @property
    def _of_things(self) -> dict[str, Callable[[Any, dict[str, Any], Any], Any]]:
        return {
            "attr": lambda thing, ask, _: getattr(thing, ask["n"]),
            "setattr": lambda thing, ask, value: setattr(thing, ask["n"], value),
            "call": lambda thing, _, arguments: self._printing(thing, *arguments[0], **arguments[1]),
            "op": lambda thing, ask, arguments: self._printing(_OPERATIONS[ask["o"]], thing, *arguments[0]),
            "next": lambda thing, ask, _: list(itertools.islice(thing, ask["k"])),
        }

    def _printing(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        """Call it; what it prints belongs to the answer."""
        with self.shell.builtin_trap, self.shell.streams():
            return function(*args, **kwargs)


def _files() -> dict[str, bytes]:
    """Small files of the working folder."""
    from pathlib import Path

    found: dict[str, bytes] = {}
    room = 32 * 2**20
    for path in sorted(Path().rglob("*"))[:500]:
        if path.is_file() and not path.is_symlink() and path.stat().st_size < room:
            found[str(path)] = path.read_bytes()
            room -= len(found[str(path)])
    return found


def serve(control: socket.socket, line: socket.socket, options: dict[str, Any]) -> None:
    """Until a channel closes: cells from the control channel, questions from the line."""
    warm()
    shell = _SHELL[0]
    shell.outputs.room = options["text_bytes"]
    side = Participant(line, shell)
    while True:
        try:
            ready, _, _ = select.select([control, line], [], [])
            if line in ready:
                side.answer(frames.receive(line))
            if control in ready:
                order = frames.receive(control).content
                frames.send(control, {"outputs": _run(side, order["source"])})
        except frames.Broken:
            return


def _run(side: Participant, source: str) -> list[Any]:
    shell = side.shell
    try:
        with side.clock:
            return shell.run(source)
    except KeyboardInterrupt:
        return [
            *shell.outputs.take(),
            {"output_type": "error", "ename": "KeyboardInterrupt", "evalue": "", "traceback": ["KeyboardInterrupt"]},
        ]
    except SystemExit:
        return shell.outputs.take()

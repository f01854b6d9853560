"""The side where the author's tests run, in a sandbox too: they handle what strangers made."""

import ast
import builtins
import io
import os
import socket
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from lms.grading.isolated import frames
from lms.grading.isolated.codec import NotData
from lms.grading.isolated.gate import Gate
from lms.grading.isolated.link import Link

_TEXT = 1 << 18


class Names(dict[str, Any]):
    """The global names of the tests: their own first, else the participant's, asked for at each use."""

    def __init__(self, link: Link) -> None:
        super().__init__(__name__="__main__", __builtins__=builtins)
        self.link = link
        self.pushable: frozenset[str] = frozenset()
        self.rebound: frozenset[str] = frozenset()
        """Names of builtins that the author's own solution binds. No other is asked for: a participant's `abs` is not
        what a test means."""
        self._fetched: dict[str, Any] = {}
        self._sent: dict[str, Any] = {}

    def __missing__(self, name: str) -> Any:
        if name in self._fetched:
            return self._fetched[name]
        if hasattr(builtins, name) and name not in self.rebound:
            raise KeyError(name)  # Python looks among the builtins then
        try:
            value = self.link.ask({"q": "get", "n": name})
        except KeyError:
            if hasattr(builtins, name):
                raise
            raise NameError(f"name {name!r} is not defined") from None
        self.link.gate.asked.add(name)
        self._fetched[name] = value
        return value

    def __contains__(self, name: object) -> bool:
        if super().__contains__(name):
            return True
        self.link.gate.asked.add(str(name))
        return self.link.ask({"q": "has", "n": str(name)}) is True

    def get(self, name: str, default: Any = None) -> Any:
        try:
            return self[name]
        except (KeyError, NameError):
            return default

    def keys(self) -> Any:
        return dict.fromkeys([*super().keys(), *self.link.ask({"q": "names"})]).keys()

    def __delitem__(self, name: str) -> None:
        if super().__contains__(name):
            super().__delitem__(name)
        else:
            self._fetched.pop(name, None)
            self.link.ask({"q": "delete", "n": name})

    def forget(self, names: list[str]) -> None:
        """These are the participant's again: a cell of theirs has bound them."""
        for name in names:
            self.pop(name, None)
        self.refresh()

    def refresh(self) -> None:
        """What was fetched may have changed on the other side."""
        self._fetched.clear()

    def to_push(self) -> dict[str, Any]:
        """Names that a test has bound and the participant's functions read."""
        changed = {}
        for name in self.pushable:
            if super().__contains__(name) and self._sent.get(name, self) is not self[name]:
                changed[name] = self._sent[name] = self[name]
        return changed


def _print(name: str, text: str) -> None:
    (sys.stderr if name == "stderr" else sys.stdout).write(text)


class Tester:
    """Runs cells of the author's."""

    def __init__(self, line: socket.socket) -> None:
        from IPython.core.inputtransformer2 import TransformerManager

        self.link = Link(line, _print)
        self.names = Names(self.link)
        self.transform = TransformerManager().transform_cell  # type: ignore[no-untyped-call]
        self.link.after_call = self.names.refresh
        self.link.before_call = self._before_call
        self._seeded = False

    def _before_call(self) -> dict[str, Any]:
        pushed = self.names.to_push()
        if self._seeded:
            import random

            numpy = sys.modules.get("numpy")
            pushed["random states"] = [random.getstate(), None if numpy is None else numpy.random.get_state()]
            self._seeded = False
        return pushed

    def prepare(self, order: dict[str, Any]) -> dict[str, Any]:
        """The author's own definitions: run for what they bind; what fails fails again in the test that needs it."""
        self.names.forget(order["forget"])
        if order["source"]:
            self._run(order["source"], order["name"])
        return {}

    def test(self, order: dict[str, Any]) -> dict[str, Any]:
        """One test cell: its outputs, and what it did to the participant's objects."""
        allowed = order["allowed"]
        gate = self.link.gate = Gate(None if allowed is None else frozenset(allowed))
        self.names.pushable = frozenset(order["push"])
        self._seeded = order["seeds"]
        self.names.refresh()
        outputs = self._run(order["source"], order["name"], files=order["files"])
        return {"outputs": outputs, "used": sorted(gate.used), "asked": sorted(gate.asked)}

    def _fetch_files(self) -> None:
        files = self.link.ask({"q": "files"})
        for name, content in files.items() if type(files) is dict else ():
            path = Path(os.path.normpath(str(name)))
            if type(content) is bytes and not path.is_absolute() and ".." not in path.parts:
                if not path.is_file() or path.read_bytes() != content:
                    self.link.gate.asked.add(f"the file {path}")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)

    def _run(self, source: str, name: str, *, files: bool = False) -> list[dict[str, Any]]:
        outputs: list[dict[str, Any]] = []
        printed, warned = io.StringIO(), io.StringIO()
        with redirect_stdout(printed), redirect_stderr(warned):
            try:
                if files:
                    self._fetch_files()
                result = self._execute(source, f"<{name}>")
            except frames.Broken:
                raise
            except BaseException as error:  # noqa: BLE001 -- whatever a test raises is its result
                outputs.append(_error(error, f"<{name}>"))
            else:
                if result is not None:
                    outputs.append(_result(result))
        for stream, text in (("stdout", printed.getvalue()), ("stderr", warned.getvalue())):
            if text:
                outputs.insert(0, {"output_type": "stream", "name": stream, "text": text[:_TEXT]})
        return outputs

    def _execute(self, source: str, file: str) -> Any:
        tree = ast.parse(self.transform(source), file)
        last = tree.body[-1] if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        if last is not None:
            tree.body.pop()
        exec(compile(tree, file, "exec"), self.names, self.names)  # noqa: S102 -- the author's tests
        if last is None:
            return None
        return eval(compile(ast.Expression(last.value), file, "eval"), self.names, self.names)  # noqa: S307


def _result(value: Any) -> dict[str, Any]:
    """The last expression of a test: a number is points (partial credit), what else it is says nothing."""
    kind = type(value)
    number = kind in (int, float) or (kind.__module__ == "numpy" and kind.__name__.startswith(("int", "uint", "float")))
    text = str(float(value)) if number else repr(kind.__name__)
    return {"output_type": "execute_result", "execution_count": 1, "data": {"text/plain": text}, "metadata": {}}


def _error(error: BaseException, file: str) -> dict[str, Any]:
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            line = trace.tb_lineno
        trace = trace.tb_next
    try:
        text = str(error)[:_TEXT]
    except Exception:  # noqa: BLE001 -- it may hold a stand-in
        text = ""
    name = type(error).__name__
    if isinstance(error, NotData):
        text = f"a value of the test can't be given to the code: {text}"
    return {"output_type": "error", "ename": name, "evalue": text, "traceback": [f"{name}: {text}"], "line": line}


def serve(control: socket.socket, line: socket.socket, options: dict[str, Any]) -> None:
    """Until the control channel closes."""
    tester = Tester(line)
    tester.link.modules = frozenset(options["modules"])
    tester.names.rebound = frozenset(options["rebound"])
    while True:
        try:
            order = frames.receive(control).content
            answer = tester.prepare(order) if order["do"] == "prepare" else tester.test(order)
            frames.send(control, answer)
        except frames.Broken:
            return

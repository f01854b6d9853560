"""IPython without a kernel: runs a cell and returns its outputs as nbformat has them."""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type

Output = dict[str, Any]
_PICTURES = ("image/png", "image/jpeg", "image/gif")


class Outputs:
    """What a cell says, in order; text beyond `room` characters is swallowed."""

    def __init__(self, room: int) -> None:
        self.room = room
        self._left = room
        self._list: list[Output] = []

    def text(self, name: str, text: str) -> None:
        """A piece of stdout or stderr."""
        text = text[: self._left]
        self._left -= len(text)
        if not text:
            return
        last = self._list[-1] if self._list else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["text"] += text
        else:
            self._list.append({"output_type": "stream", "name": name, "text": text})

    def add(self, output: Output) -> None:
        """Anything else."""
        if len(self._list) < 1000:
            self._list.append(output)

    def take(self) -> list[Output]:
        """All so far; begins anew."""
        taken, self._list, self._left = self._list, [], self.room
        return taken


class _Stream(io.TextIOBase):
    def __init__(self, outputs: Outputs, name: str) -> None:
        self._outputs, self._name = outputs, name

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._outputs.text(self._name, text)
        return len(text)

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"

    def fileno(self) -> int:
        raise io.UnsupportedOperation("fileno")


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    """Pictures as text, as a notebook holds them."""
    import base64

    return {
        mime: base64.b64encode(value).decode() if isinstance(value, bytes) else value
        for mime, value in data.items()
        if isinstance(value, str | bytes)
    }


class _Publisher(DisplayPublisher):
    outputs: Outputs

    def publish(self, data: Any, metadata: Any = None, **_: Any) -> None:  # type: ignore[override]
        self.outputs.add({"output_type": "display_data", "data": _plain(data), "metadata": {}})

    def clear_output(self, wait: bool = False) -> None:  # noqa: FBT001, FBT002
        self.outputs.take()


class _Hook(DisplayHook):
    outputs: Outputs

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        self.outputs.add(
            {
                "output_type": "execute_result",
                "execution_count": self.prompt_count,
                "data": _plain(format_dict),
                "metadata": {},
            }
        )

    def finish_displayhook(self) -> None:
        self._is_active = False


class Shell(InteractiveShell):
    """An IPython whose outputs are kept. Made once, in the warm process; a fork of it is a fresh one."""

    outputs: Outputs

    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)

    def init_history(self) -> None:
        from traitlets.config import Config

        self.config.merge(Config({"HistoryManager": {"enabled": False}}))
        super().init_history()  # type: ignore[no-untyped-call]

    def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
        try:
            text = str(evalue)
        except Exception:  # noqa: BLE001 -- a participant's __str__
            text = ""
        self.outputs.add({"output_type": "error", "ename": etype.__name__, "evalue": text, "traceback": list(stb)})

    def run(self, source: str) -> list[Output]:
        """Run one cell; what it printed, showed and raised."""
        with self.streams():
            self.run_cell(source, store_history=True)  # type: ignore[no-untyped-call]
        return self.outputs.take()

    @contextmanager
    def streams(self) -> Iterator[None]:
        """What is printed meanwhile is an output."""
        kept = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = _Stream(self.outputs, "stdout"), _Stream(self.outputs, "stderr")
        try:
            yield
        finally:
            sys.stdout, sys.stderr = kept


def make_shell(room: int) -> Shell:
    """The shell of this process, with figures drawn into the notebook."""
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    shell: Shell = Shell.instance(colors="nocolor")
    outputs = Outputs(room)
    shell.outputs = shell.display_pub.outputs = shell.displayhook.outputs = outputs  # type: ignore[attr-defined]
    return shell

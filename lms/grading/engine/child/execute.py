"""Running the cells: nbgrader's Execute, bounded in time, memory and output, which outlives a kernel that dies."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import zmq
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import Execute

from lms.grading.engine.limits import MIB, Limits
from lms.grading.engine.processes import Watch, folder_size, kill_tree, wait_until
from lms.grading.engine.scoring import DIED, TIMED_OUT
from lms.grading.engine.texts import ENDED, NO_TIME, TOO_LONG, TOO_MUCH_MEMORY, TOO_MUCH_OUTPUT

KERNEL_NAME = "run"
_SOCKET_FOLDER_BYTES = MIB
_MAX_DEATHS = 3


@dataclass(slots=True)
class Run:
    """One execution of a notebook: its deadline on time.monotonic(), and the cells that must not be tried again."""

    limits: Limits
    sockets: Path
    deadline: float
    kernel_name: str
    poisoned: dict[int, tuple[str, str]] = field(default_factory=dict)


def error_output(ename: str, evalue: str) -> NotebookNode:
    """An error in the place of what the kernel couldn't say itself."""
    output: NotebookNode = new_output(  # type: ignore[no-untyped-call]
        "error", ename=ename, evalue=evalue, traceback=[f"{ename}: {evalue}"]
    )
    return output


def _size(content: dict[str, Any]) -> int:
    data = content.get("data")
    parts = data.values() if isinstance(data, dict) else (content.get("text"), *(content.get("traceback") or ()))
    return sum(len(part) for part in parts if isinstance(part, str))


class BoundedExecute(Execute):  # type: ignore[misc]  # nbgrader has no types
    """Every cell gets an end and an output, and a dead kernel costs the cell that killed it, not the notebook.

    After a death the notebook starts again in a fresh kernel without that cell, three times at most. A test that could
    not run has an error as its output: nbgrader gives a cell without outputs all its points.
    """

    def __init__(self, run: Run, **settings: Any) -> None:
        self.run = run
        self.current = -1
        self.printed = 0
        self.flooded = False
        self.watch: Watch | None = None
        super().__init__(**settings)
        self.raise_on_iopub_timeout = True
        self.shutdown_kernel = "immediate"
        self.kernel_name = run.kernel_name

    def preprocess(self, nb: NotebookNode, resources: Any, km: Any = None) -> tuple[NotebookNode, Any]:
        for _ in range(_MAX_DEATHS + 1):
            try:
                self.km = self.kc = None
                return super().preprocess(nb, resources, km)  # type: ignore[no-any-return]
            except DeadKernelError:
                self._poison(DIED, self._cause_of_death())
            except CellTimeoutError:
                self._poison(*((DIED, TOO_MUCH_OUTPUT) if self.flooded else (TIMED_OUT, TOO_LONG)))
            finally:
                self._forget_kernel()
        for index, cell in enumerate(nb.cells):
            if cell.cell_type == "code":
                cell.outputs = [error_output(*self.run.poisoned.get(index, (DIED, ENDED)))]
        return nb, resources

    def _poison(self, ename: str, evalue: str) -> None:
        if self.current < 0:
            raise RuntimeError("the kernel died before the first cell")
        self.run.poisoned[self.current] = (ename, evalue)

    def _kernel_pid(self) -> int:
        manager: Any = self.km
        pid: int = manager.provisioner.process.pid
        return pid

    def _cause_of_death(self) -> str:
        if self.flooded:
            return TOO_MUCH_OUTPUT
        return TOO_MUCH_MEMORY if self.watch is not None and self.watch.fired else ENDED

    def _forget_kernel(self) -> None:
        self.current = -1
        self.km = self.kc = None

    def create_kernel_manager(self) -> Any:
        manager = super().create_kernel_manager()
        # A bigger message is never received; reading it would cost many times its size and block everything else.
        manager.context.setsockopt(zmq.MAXMSGSIZE, self.run.limits.output_bytes * 2)
        return manager

    @contextmanager
    def setup_kernel(self, **settings: Any) -> Iterator[None]:
        with super().setup_kernel(**settings):
            pid = self._kernel_pid()
            self.watch = Watch(pid, self.run.limits.memory_bytes, self._crowded)
            try:
                with self.watch:
                    yield
            finally:
                kill_tree(pid)

    def _crowded(self) -> bool:
        return folder_size(self.run.sockets) > _SOCKET_FOLDER_BYTES

    def _get_timeout(self, cell: NotebookNode | None) -> float:
        return max(0.1, min(self.run.limits.cell_seconds, wait_until(self.run.deadline)))

    def preprocess_cell(self, cell: NotebookNode, resources: Any, index: int) -> tuple[NotebookNode, Any]:
        if cell.cell_type != "code":
            return cell, resources
        if index in self.run.poisoned:
            cell.outputs = [error_output(*self.run.poisoned[index])]
            return cell, resources
        if wait_until(self.run.deadline) == 0:
            cell.outputs = [error_output(TIMED_OUT, NO_TIME)]
            return cell, resources
        self.current, self.printed, self.flooded = index, 0, False
        cell, resources = super().preprocess_cell(cell, resources, index)
        for output in cell.outputs:
            if output.output_type == "error" and output.ename == TIMED_OUT:
                output.evalue = TOO_LONG
        return cell, resources

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> Any:
        if msg["msg_type"] in ("stream", "display_data", "execute_result", "update_display_data", "error"):
            self.printed += _size(msg["content"])
            if self.printed > self.run.limits.flood_bytes and not self.flooded:
                self.flooded = True
                kill_tree(self._kernel_pid())
            if self.printed > self.run.limits.output_bytes and msg["msg_type"] in ("stream", "display_data"):
                return None
        return super().process_message(msg, cell, cell_index)

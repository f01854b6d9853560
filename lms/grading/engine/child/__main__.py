"""Start of the grading process: a job as JSON on stdin, lines of JSON on what was stdout, logs on stderr.

Run by path with `python -I`, so the checkout is put on the path here.
"""

import ctypes
import json
import os
import resource
import signal
import sys
from pathlib import Path

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36  # prctl(2)


def bind_to(parent: int) -> None:
    """End with the parent, and inherit whatever our own children leave behind (so that it can be ended too)."""
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    libc.prctl(_PR_SET_CHILD_SUBREAPER, 1)
    if os.getppid() != parent:
        os._exit(1)


def main() -> None:
    """Read the job, do it, write the result."""
    job = json.loads(sys.stdin.buffer.read())
    bind_to(job["parent"])
    resource.setrlimit(resource.RLIMIT_AS, (job["supervisor_memory_bytes"], resource.RLIM_INFINITY))
    # The way to the parent is closed to every process that we start: a kernel can't speak in our name.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    os.set_inheritable(answers.fileno(), False)

    def tell(line: dict[str, object]) -> None:
        answers.write(json.dumps(line) + "\n")
        answers.flush()

    sys.path.insert(0, str(Path(__file__).resolve().parents[4]))
    # jsonschema builds a grammar for URIs (1.1 s) if this optional package is there; notebooks need none.
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    from lms.grading.engine.child.tasks import perform
    from lms.grading.engine.processes import kill_tree

    try:
        perform(job, tell)
    finally:
        kill_tree(os.getpid(), itself=False)


if __name__ == "__main__":
    main()

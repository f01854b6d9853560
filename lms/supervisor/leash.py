"""Holds one child: whoever of the two ends, and however, nothing of the child's family stays behind.

    LMS_LEASH='{"supervisor": PID, "grace": SECONDS, "held": [FD, …], "argv": […]}' python -m lms.supervisor.leash

The hub's proxy and the pupils' servers start sessions of their own, so a process group does not hold them. This small
process between the supervisor and its child adopts every orphan of the family and ends them all when the child ends.
It ends the child (SIGTERM, after the grace SIGKILL) when it gets SIGTERM, a second SIGTERM ends the grace, and the
kernel sends one when the supervisor is gone. The command is not on its own command line: who looks for the child by
name finds the child alone. The files `held` stay open here, and only here, until nothing of the family is left: they
are the locks of the state directory. Standard library only, to start fast and stay small.
"""

import contextlib
import json
import os
import signal
import time
from types import FrameType

from lms.supervisor.processes import adopt_orphans, die_with_parent, kill_family

VARIABLE = "LMS_LEASH"
POLL_SECONDS = 0.1


class Leash:
    def __init__(self, supervisor: int, grace_seconds: float, argv: list[str]) -> None:
        self.supervisor = supervisor
        self.grace_seconds = grace_seconds
        self.deadline: float | None = None
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})  # until there is a child to pass it on to
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the supervisor's to handle
        adopt_orphans()
        die_with_parent(signal.SIGTERM)
        self.child = self._start(argv)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})

    def hold(self) -> int:
        """Wait for the end of the child and of its family; returns the exit status as a shell would show it."""
        status = self._wait()
        kill_family(os.getpid())
        with contextlib.suppress(ChildProcessError):  # nobody is left
            while os.waitpid(-1, os.WNOHANG)[0]:  # leave no zombie to the supervisor
                pass
        return os.waitstatus_to_exitcode(status) % 256 if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)

    def _start(self, argv: list[str]) -> int:
        me = os.getpid()
        child = os.fork()
        if child:
            return child
        try:
            os.setsid()
            die_with_parent(signal.SIGKILL)
            if os.getppid() != me:  # the leash ended before the line above took hold
                os._exit(1)
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGPIPE):  # a background shell hands SIG_IGN down
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
            os.execvp(argv[0], argv)
        except OSError as error:
            os.write(2, f"CRITICAL {argv[0]} cannot be started: {error.strerror}\n".encode())
        finally:
            os._exit(127)

    def _wait(self) -> int:
        while True:
            ended, status = os.waitpid(-1, os.WNOHANG)
            if ended == self.child:
                return status
            if ended:
                continue
            if os.getppid() != self.supervisor and self.deadline is None:
                self._stop()
            if self.deadline is not None and time.monotonic() > self.deadline:
                os.kill(self.child, signal.SIGKILL)
            time.sleep(POLL_SECONDS)

    def _stop(self, _number: int = 0, _frame: FrameType | None = None) -> None:
        if self.deadline is None:
            self.deadline = time.monotonic() + self.grace_seconds
            os.kill(self.child, signal.SIGTERM)
        else:
            self.deadline = 0.0


def main() -> int:
    """The program: reads what to hold from the environment, which the child then does not see."""
    order = json.loads(os.environ.pop(VARIABLE))
    for descriptor in order["held"]:
        os.set_inheritable(descriptor, False)
    return Leash(int(order["supervisor"]), float(order["grace"]), list(order["argv"])).hold()


if __name__ == "__main__":
    raise SystemExit(main())

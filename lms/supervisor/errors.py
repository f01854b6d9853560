"""Why the supervisor refuses or gives up: one sentence each, with the cure."""

from pathlib import Path

from lms.errors import ErrorCode, LmsError


class AlreadyRunning(LmsError):
    code = ErrorCode.CONFLICT

    def __init__(self, part: str, state_dir: Path, pid: str) -> None:
        super().__init__(
            "the %(part)s of %(state_dir)s already runs (process %(pid)s): stop it there with Ctrl-C or `kill %(pid)s`, "
            "or set LMS_STATE_DIR to another folder.",
            part=part,
            state_dir=state_dir,
            pid=pid,
        )


class NoFreePort(LmsError):
    code = ErrorCode.UNAVAILABLE

    def __init__(self, first: int, last: int) -> None:
        super().__init__(
            "every port from %(first)s to %(last)s is busy: stop what holds them (`ss -ltnp` shows it).",
            first=first,
            last=last,
        )


class StartFailed(LmsError):
    """`last` are the last lines that the child printed."""

    code = ErrorCode.UNAVAILABLE

    def __init__(self, name: str, reason: str, log: Path, last: list[str]) -> None:
        super().__init__("%(name)s %(reason)s; everything it said is in %(log)s.", name=name, reason=reason, log=log)
        self.last = last

"""Why the supervisor refuses or gives up: one sentence each, with the cure."""

from pathlib import Path

from lms.errors import ErrorCode, LmsError, WrongSettings


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


class NotWritable(WrongSettings):
    code = ErrorCode.UNAVAILABLE

    def __init__(self, state_dir: Path, why: str) -> None:
        super().__init__(
            "%(state_dir)s cannot be written to (%(why)s): make it a folder that belongs to the user who starts this, "
            "or set LMS_STATE_DIR to another one.",
            state_dir=state_dir,
            why=why,
        )


class NoRoom(WrongSettings):
    code = ErrorCode.UNAVAILABLE

    def __init__(self, state_dir: Path) -> None:
        super().__init__(
            "the disk of %(state_dir)s is full: free some space there (a start needs about 50 MB), or set "
            "LMS_STATE_DIR to a folder on another disk.",
            state_dir=state_dir,
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


class PortBusy(LmsError):
    code = ErrorCode.UNAVAILABLE

    def __init__(self, name: str, port: int) -> None:
        super().__init__(
            "port %(port)s, which the settings give to the %(name)s, is busy: stop what holds it "
            "(`ss -ltnp` shows it) or change LMS_%(variable)s_INTERNAL_URL.",
            name=name,
            port=port,
            variable=name.upper(),
        )


class OtherProgramme(LmsError):
    """Seeded people must never meet real ones."""

    code = ErrorCode.CONFLICT

    def __init__(self, state_dir: Path, found: str) -> None:
        super().__init__(
            "%(state_dir)s holds %(found)s: give this one a folder of its own, `LMS_STATE_DIR=%(other)s python3 -m lms "
            "%(command)s`.",
            state_dir=state_dir,
            other=state_dir.with_name(f"{state_dir.name}-{'run' if found == 'demo' else 'demo'}"),
            command="run" if found == "demo" else "demo",
            found="a demo" if found == "demo" else "a real programme",
        )

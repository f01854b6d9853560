"""`python -m lms.supervisor.welcome`: the lines that end the start of a real programme.

A program of its own, so that the supervisor need not load the application.
"""

import shlex
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.app import create_app
from lms.clock import now
from lms.courses.models import CourseRun
from lms.database import Database
from lms.people.first import first_link
from lms.people.models import Person
from lms.settings import ROOT, Settings


def welcome(settings: Settings) -> str:
    """The address, while no administrator has a way in with a one-use link for the first one; then what is missing."""
    app = create_app(settings)
    database: Database = app.extensions["lms.database"]
    with app.app_context(), database.writing() as session:
        token = first_link(session, now())
        steps = [f"  {number}. {step}" for number, step in enumerate(_missing(session, settings), start=1)]
    way_in = f"Open {settings.tool_public_url}"
    if token is not None:
        way_in += f"/welcome/{token} to choose the first administrator's login and password; the link works once."
    return "\n".join(
        [
            f"The programme runs. Ctrl-C stops it; everything it says is in {settings.state_dir / 'logs'}.",
            way_in,
            *(["What is next:", *steps] if steps else []),
        ]
    )


def _missing(session: Session, settings: Settings) -> Iterator[str]:
    """What a programme needs and this one does not have yet, each with the way to it."""
    if session.scalar(select(CourseRun.id).limit(1)) is None:
        yield (
            f"Courses: `{_command(settings)} course sync FOLDER`; or set courses_dir in {settings.state_dir / 'lms.toml'} "
            "to the folder above them, and each start brings them in (docs/authoring.md)."
        )
    people = session.scalars(select(Person.id).where(Person.erased_at.is_(None)).limit(2)).all()
    if len(people) <= 1:  # the first administrator
        yield (
            f"People: `{_command(settings)} person import people.csv` (docs/people.md), or a school's platform "
            "that opens the courses over LTI (docs/running.md)."
        )


def _command(settings: Settings) -> str:
    """How to reach this very programme from a shell."""
    place = "" if settings.state_dir == ROOT / "var" else f"LMS_STATE_DIR={shlex.quote(str(settings.state_dir))} "
    return f"{place}python3 -m lms"


if __name__ == "__main__":
    print(welcome(Settings()))  # noqa: T201 - the program's whole purpose

"""`python -m lms.supervisor.welcome`: the line that ends the start of a real programme.

A program of its own, so that the supervisor need not load the application.
"""

from lms.app import create_app
from lms.clock import now
from lms.database import Database
from lms.people.first import first_link
from lms.settings import Settings


def welcome_line(settings: Settings) -> str:
    """The address; while no administrator has a way in, with a one-use link for the first one."""
    app = create_app(settings)
    database: Database = app.extensions["lms.database"]
    with app.app_context(), database.writing() as session:
        token = first_link(session, now())
    if token is None:
        return f"Open {settings.tool_public_url}"
    return (
        f"Open {settings.tool_public_url}/welcome/{token} "
        "to choose the first administrator's login and password; the link works once."
    )


if __name__ == "__main__":
    print(welcome_line(Settings()))  # noqa: T201 - the program's whole purpose

"""`python -m lms.supervisor.prepare`: what every start does before web, worker and hub.

The same as `db upgrade`, `course sync` and, in the demo, `seed`, in one process: loading the application takes longer
than any of them. What the invented people hand in waits as jobs until the worker is there.
"""

from lms.courses.cli import course
from lms.demo.cli import seed
from lms.errors import LmsError
from lms.migrations.cli import prepare_database
from lms.settings import Settings


def prepare() -> None:
    """Bring tables to their newest form, courses from disk and, once, invented people in. Raises LmsError.

    The courses beside the program are the demo's: a real programme gets those of a folder that somebody set.
    """
    settings = Settings()
    prepare_database(settings)
    if settings.demo or "courses_dir" in settings.model_fields_set:
        course.main(["sync"], standalone_mode=False)
    if settings.demo:
        seed.main([], standalone_mode=False)


if __name__ == "__main__":
    try:
        prepare()
    except LmsError as error:
        raise SystemExit(f"lms: {error}") from None

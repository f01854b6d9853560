"""The command line's table of contents: readable before anything is installed, loaded lazily once it is.

Standard library only. `lms.cli` makes its click group from this table, `lms.bootstrap` prints it.
"""

COMMANDS: dict[str, tuple[str, str]] = {
    "bench": ("lms.bench.cli:bench", "What the product costs a processor, beside others."),
    "completion": ("lms.completion.cli:completion", "Verdicts: work them out anew, compare."),
    "course": ("lms.courses.cli:course", "Courses: check, sync, import, list; change a contract."),
    "db": ("lms.migrations.cli:db", "Upgrade the database; write a revision."),
    "demo": ("lms.supervisor.cli:demo", "Run everything with a demo programme and a demo school."),
    "grade": ("lms.grading.engine.cli:grade_command", "Grade one notebook outside the database."),
    "install": ("lms.packages:install", "Make the virtual environment and do nothing else."),
    "ledger": ("lms.ledger.cli:ledger", "Let a subscriber hear the facts of the past."),
    "lock": ("lms.packages:lock", "Pin the dependencies anew."),
    "lti": ("lms.lti.cli:lti", "Connect learning platforms."),
    "person": ("lms.people.cli:person", "Add people, import a list."),
    "plugin": ("lms.plugins.cli:plugin", "Begin a plugin; list them."),
    "run": ("lms.supervisor.cli:run", "Run web, worker and hub for a real programme."),
    "seed": ("lms.demo.cli:seed", "Fill the demo with invented people; part of demo."),
    "serve": ("lms.serve:serve", "One part of the product in the foreground."),
    "test": ("lms.checks:test", "Run every check and test."),
    "translations": ("lms.translations.cli:translations", "The pages' texts in Russian: extract, compile, check."),
}
"""Name -> where it is, and its line in the help (which must not import anything)."""

WITH_DEVELOPER_TOOLS = frozenset({"bench", "test"})
"""Commands that run with the packages of requirements-dev.lock."""


def overview() -> str:
    """The text of `--help` while nothing is installed yet."""
    width = max(map(len, COMMANDS))
    rows = "\n".join(f"  {name:<{width}}  {line}" for name, (_, line) in sorted(COMMANDS.items()))
    return f"""\
Usage: python3 -m lms [OPTIONS] COMMAND [ARGS]...

  Courses over LTI, notebooks graded with nbgrader, completions in each participant's skillfolio.

  The first command makes a virtual environment in .venv (LMS_VENV: another place), later ones start at once.

Commands:
{rows}
"""

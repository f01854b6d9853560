"""Makes the virtual environment from the lock files and starts the program inside it.

Standard library only: this is what runs on a machine that has Python and nothing else. Installed from a wheel, where
there are no lock files beside the package, it only passes through.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from lms import commands
from lms.bootstrap.environment import Environment, Failure, choose

PREPARED = "LMS_PREPARED"
"""Set for everything we start: the environment was checked, a restarted child must not install anything."""

HELP = {"-h", "--help", "help"}


def main(arguments: list[str]) -> int:
    """Run one command line, in this process or in one that replaces it; returns the exit status."""
    root = Path(__file__).resolve().parents[2]
    if not Environment.has_locks(root) or os.environ.get(PREPARED) == sys.prefix:
        return _enter(arguments)
    try:
        return _main(arguments, root, os.environ)
    except Failure as failure:
        print(f"lms: {failure}", file=sys.stderr)
    except OSError as error:
        print(f"lms: .venv cannot be made: {error}; mend that or name another place by LMS_VENV.", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nlms: interrupted; the next start goes on from here.", file=sys.stderr)
        return 130
    return 1


def _main(arguments: list[str], root: Path, variables: Mapping[str, str]) -> int:
    asks_for_help = _asks_for_help(arguments)
    developer = not asks_for_help and not commands.WITH_DEVELOPER_TOOLS.isdisjoint(arguments[:1])
    environment = choose(root, variables, developer=developer)
    if not environment.is_current(developer=developer):
        if asks_for_help:
            print(commands.overview(), end="")
            return 0
        from lms.bootstrap.installer import install  # not needed by the starts that install nothing

        install(environment, developer=developer)
    if Path(sys.prefix).resolve() == environment.venv.resolve():
        return _enter(arguments)
    return _replace(str(environment.python), arguments)


def _asks_for_help(arguments: list[str]) -> bool:
    """Help is given at once, with what there is. Words after `--` are for another program."""
    ours = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return not ours or ours[0] in HELP or not {"-h", "--help"}.isdisjoint(ours)


def _replace(python: str, arguments: list[str]) -> NoReturn:
    os.execv(python, [python, "-m", "lms", *arguments])


def _enter(arguments: list[str]) -> int:
    """The program itself. Its children find their executables (alembic, jupyterhub-singleuser) on the PATH."""
    scripts = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", os.defpath)
    if path.split(os.pathsep)[0] != scripts:
        os.environ["PATH"] = scripts + os.pathsep + path
    os.environ[PREPARED] = os.environ["VIRTUAL_ENV"] = sys.prefix

    from lms.cli import main as program  # only now are there packages to import

    program(arguments)
    return 0

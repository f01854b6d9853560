"""`python3 -m lms run` and `python3 -m lms demo`."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence

import click

from lms.plugins.loader import Contributions, find_plugins
from lms.settings import Settings
from lms.supervisor.children import Child
from lms.supervisor.claim import claimed
from lms.supervisor.demo import announce, remembered_people, withdraw
from lms.supervisor.errors import StartFailed
from lms.supervisor.ports import Ports
from lms.supervisor.programme import PARTS, children_of, keep_apart, place
from lms.supervisor.room import usable
from lms.supervisor.supervision import say, supervise

BEFORE = (Child("prepare", [sys.executable, "-m", "lms.supervisor.prepare"]),)
"""Steps of every start, before web, worker and hub."""


@click.command()
@click.option("--only", type=click.Choice(PARTS), help="One part alone, for several machines or containers.")
@click.option(
    "--verbose/--quiet",
    default=None,
    help="Show every line of the logs, as --only does, or warnings and errors alone; var/logs has all anyway.",
)
def run(*, only: str | None, verbose: bool | None) -> None:
    """Run web, worker and hub for a real programme.

    Ctrl-C stops everything. State is in var/ (LMS_STATE_DIR: another folder), settings in var/lms.toml and LMS_….
    """
    _start(
        [only] if only else None,
        demo=False,
        verbose=only is not None if verbose is None else verbose,
        banner=lambda _settings: _running(only),
    )


@click.command()
@click.option("--verbose", is_flag=True, help="Show every line of the logs; var/logs has them anyway.")
def demo(*, verbose: bool) -> None:
    """Run everything with a demo programme and a demo school.

    Ctrl-C stops everything. State is in var/ (LMS_STATE_DIR: another folder); var/demo.json says where all is.
    """
    _start(
        None,
        demo=True,
        verbose=verbose,
        banner=lambda settings: announce(settings, remembered_people(settings.state_dir)),
    )


def _running(only: str | None) -> str:
    if only in {None, "web"}:
        program = [sys.executable, "-m", "lms.supervisor.welcome"]
        return subprocess.run(program, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    return f"The {only} is running."


def _start(
    only: Sequence[str] | None,
    *,
    demo: bool,
    verbose: bool,
    banner: Callable[[Settings], str],
) -> None:
    state_dir = Settings().state_dir.absolute()
    with usable(state_dir), claimed(state_dir, only or PARTS, say) as held, Ports() as ports:
        keep_apart(state_dir, demo=demo)
        withdraw(state_dir)  # the last start may have been killed
        os.environ.update(place(Settings(), demo=demo, ports=ports, say=say, only=only))  # the children inherit it
        settings = Settings()
        children = children_of(settings, _added(settings))
        if only:
            children = [child for child in children if child.name in only]
        say(f"starting {', '.join(child.name for child in children)}; their logs are in {state_dir / 'logs'}")
        try:
            supervise(
                children,
                state_dir=state_dir,
                banner=lambda: banner(settings),
                before=BEFORE,
                verbose=verbose,
                held=held,
            )
        except StartFailed as failure:
            if not verbose:
                click.echo("\n".join(failure.last), err=True)
            raise
        finally:
            withdraw(state_dir)


def _added(settings: Settings) -> list[Child]:
    return list(Contributions((), find_plugins(settings.disabled_plugins)).each("lms_children", settings=settings))

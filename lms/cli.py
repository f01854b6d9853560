"""The command line. A command's module is imported only when it is called, so that `--help` answers at once."""

from importlib import import_module

import click

from lms.commands import COMMANDS
from lms.errors import LmsError, WrongSettings

WRONG_USE = 2
"""The exit code for what the person at the terminal has to mend, as click has it for wrong words."""


class LazyGroup(click.Group):
    """Finds commands by the table above; a plugin's commands by its hook, when the name is none of ours."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return _plugin_command(cmd_name)
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in sorted(COMMANDS)])


def _plugin_command(name: str) -> click.Command | None:
    from lms.plugins.loader import Contributions, find_plugins
    from lms.settings import Settings

    commands = Contributions((), find_plugins(Settings().disabled_plugins)).each("lms_commands")
    return next((command for command in commands if command.name == name), None)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Courses over LTI, notebooks graded with nbgrader, completions in each participant's skillfolio."""


def main(arguments: list[str] | None = None) -> None:
    """Entry point of `python3 -m lms` inside the virtual environment. A refusal is one sentence and exit code 1.

    Settings that cannot be used end it with code 2.
    """
    try:
        cli.main(arguments, prog_name="python3 -m lms", standalone_mode=True)
    except WrongSettings as error:
        click.echo(f"lms: {error}", err=True)
        raise SystemExit(WRONG_USE) from None
    except LmsError as error:
        raise SystemExit(f"lms: {error}") from None

"""`python3 -m lms translations …`."""

from pathlib import Path

import click

from lms.translations.checking import problems
from lms.translations.extraction import is_translated, updated
from lms.translations.homes import LOCALES, Home, compile_all, homes, read_catalogue

PACKAGE = click.Path(exists=True, file_okay=False, path_type=Path, resolve_path=True)


@click.group()
def translations() -> None:
    """The texts of the pages in Russian.

    PACKAGES are folders such as plugins/x/lms_x; without any: the core and every plugin in the checkout.
    """


@translations.command()
@click.argument("packages", nargs=-1, type=PACKAGE)
@click.option(
    "--from",
    "sources",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Take missing Russian translations from this .po file.",
)
def extract(packages: tuple[Path, ...], sources: tuple[Path, ...]) -> None:
    """Bring every .po up to date with the sources, then compile."""
    chosen = _homes(packages)
    for locale in LOCALES:
        memory = [*(read_catalogue(path, locale) for path in sources), homes()[0].read(locale)]
        for home in chosen:
            catalogue = updated(home, locale, memory)
            if not len(catalogue) and not home.po(locale).exists():
                continue
            home.write(locale, catalogue)
            missing = sum(1 for message in catalogue if message.id and not is_translated(message))
            click.echo(f"{home.name} ({locale}): {len(catalogue)} texts, {missing} without a translation")
    compile_all(chosen)


@translations.command("compile")
@click.argument("packages", nargs=-1, type=PACKAGE)
def compile_command(packages: tuple[Path, ...]) -> None:
    """Write every .mo that differs from its .po."""
    for path in compile_all(_homes(packages)):
        click.echo(path)


@translations.command()
@click.argument("packages", nargs=-1, type=PACKAGE)
def check(packages: tuple[Path, ...]) -> None:
    """Fail for a text without a translation, a translation without a text, a stale .mo."""
    found = problems(_homes(packages))
    for problem in found:
        click.echo(problem)
    if found:
        raise click.ClickException(f"{len(found)} to mend.")
    click.echo("Every text has its translation.")


def _homes(packages: tuple[Path, ...]) -> list[Home]:
    return [Home(folder) for folder in packages] or homes()

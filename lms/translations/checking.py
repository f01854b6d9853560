"""What is wrong with a catalogue: texts without a translation, places for values that differ, a stale .mo."""

from collections.abc import Iterable, Iterator

from babel.messages.catalog import Catalog, Message

from lms.translations.extraction import is_translated, template
from lms.translations.homes import LOCALES, Home, compiled


def problems(chosen: Iterable[Home]) -> list[str]:
    """One line for each thing to mend; empty when every text has its translation and the program reads it."""
    return [problem for home in chosen for locale in LOCALES for problem in _problems(home, locale)]


def _problems(home: Home, locale: str) -> Iterator[str]:
    place, catalogue, wanted = f"{home.name} ({locale})", home.read(locale), template(home)
    if not len(wanted) and not home.po(locale).exists():
        return
    for message in wanted:
        if message.id and catalogue.get(_key(message), message.context) is None:
            yield f"{place}: not in the catalogue, run `translations extract`: {_key(message)!r}"
    for message in catalogue:
        if message.id:
            yield from _of_message(place, message, catalogue, wanted)
    if not home.mo(locale).exists() or home.mo(locale).read_bytes() != compiled(catalogue):
        yield f"{place}: messages.mo is older than messages.po, run `translations compile`"


def _of_message(place: str, message: Message, catalogue: Catalog, wanted: Catalog) -> Iterator[str]:
    if wanted.get(_key(message), message.context) is None:
        yield f"{place}: used nowhere any more, run `translations extract`: {_key(message)!r}"
    elif not is_translated(message):
        yield f"{place}: without a translation that nobody doubts: {_key(message)!r}"
    else:
        for error in message.check(catalogue):
            yield f"{place}: {error}: {_key(message)!r}"


def _key(message: Message) -> str:
    return str(message.id[0] if isinstance(message.id, list | tuple) else message.id)

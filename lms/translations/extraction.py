"""From sources to catalogues: which texts there are, and keeping the translations of those that stay."""

from collections.abc import Iterable
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir

from lms.translations.homes import Home

METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2")]
KEYWORDS = {
    "_": None,
    "N_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
COMMENT = "Translators:"
NOT_ENTERED = {"scaffold", "static", "tests", "translations"}


def template(home: Home) -> Catalog:
    """Every text in the package's Python files and templates."""
    found = Catalog(project=home.name, fuzzy=False)
    messages = extract_from_dir(
        home.folder,
        METHODS,
        keywords=KEYWORDS,
        comment_tags=(COMMENT,),
        strip_comment_tags=True,
        directory_filter=lambda folder: Path(folder).name not in NOT_ENTERED and not Path(folder).name.startswith("."),
    )
    for file, _line, message, comments, context in messages:
        found.add(message, None, [(f"{home.name}/{file}", 0)], auto_comments=comments, context=context)
    return found


def updated(home: Home, locale: str, memory: Iterable[Catalog] = ()) -> Catalog:
    """The package's catalogue with just the texts that its sources have now.

    A text without a translation takes that of the first catalogue in `memory` that has one.
    """
    old, known = home.read(locale), list(memory)
    fresh = Catalog(locale, fuzzy=False)
    for message in template(home):
        if message.id:
            kept = _translation(message, [old, *known])
            entry = fresh.add(
                message.id,
                kept.string if kept else None,
                sorted(message.locations),
                auto_comments=message.auto_comments,
                user_comments=kept.user_comments if kept else (),
                context=message.context,
            )
            entry.flags |= message.flags
    return fresh


def is_translated(message: Message) -> bool:
    """Whether every form has a text that nobody doubts."""
    forms = message.string if isinstance(message.string, list | tuple) else [message.string]
    return all(forms) and not message.fuzzy


def _translation(message: Message, catalogues: Iterable[Catalog]) -> Message | None:
    key = message.id[0] if isinstance(message.id, list | tuple) else message.id
    for catalogue in catalogues:
        found = catalogue.get(key, message.context)
        if found is not None and found.pluralizable == message.pluralizable and is_translated(found):
            return found
    return None

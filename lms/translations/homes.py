"""Where catalogues live: one for the core, one for each plugin."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from lms.settings import ROOT

LOCALES = ("ru",)
"""Languages that need a catalogue; the message ids are English."""

WIDTH = 120
NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)
"""Files must not differ by the day on which they were made."""

HEADER = """\
# Texts of {name}. `python3 -m lms translations extract` keeps this file up to date with the sources.
msgid ""
msgstr ""
"Project-Id-Version: {name}\\n"
"Language: {locale}\\n"
"Plural-Forms: {plurals}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


@dataclass(frozen=True, slots=True)
class Home:
    """A package whose texts are translated together."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    def po(self, locale: str) -> Path:
        """What people edit."""
        return self.folder / "translations" / locale / "LC_MESSAGES" / "messages.po"

    def mo(self, locale: str) -> Path:
        """What the program reads."""
        return self.po(locale).with_suffix(".mo")

    def read(self, locale: str) -> Catalog:
        """The catalogue as it is on disk; an empty one if there is none."""
        path = self.po(locale)
        if path.exists():
            return read_catalogue(path, locale)
        return Catalog(locale, fuzzy=False)

    def write(self, locale: str, catalogue: Catalog) -> None:
        """Write the .po, unless it says the same already."""
        text = BytesIO()
        text.write(HEADER.format(name=self.name, locale=locale, plurals=catalogue.plural_forms).encode())
        write_po(text, catalogue, width=WIDTH, omit_header=True, sort_by_file=True, include_lineno=False)
        path = self.po(locale)
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_bytes() != text.getvalue():
            path.write_bytes(text.getvalue())


def homes(root: Path = ROOT) -> list[Home]:
    """The core and every plugin in the checkout."""
    plugins = sorted(path.parent for path in root.glob("plugins/*/lms_*/__init__.py"))
    return [Home(root / "lms"), *(Home(folder) for folder in plugins)]


def read_catalogue(path: Path, locale: str) -> Catalog:
    """Raises babel.messages.pofile.PoFileError with the line for a file that is no catalogue."""
    with path.open("rb") as file:
        return read_po(file, locale=locale, abort_invalid=True)


def compiled(catalogue: Catalog) -> bytes:
    """The bytes of the .mo; the same for the same catalogue."""
    output = BytesIO()
    catalogue.creation_date = NO_DATE
    write_mo(output, catalogue)
    return output.getvalue()


def compile_all(chosen: Iterable[Home]) -> list[Path]:
    """Write every .mo that differs from its .po; returns those written."""
    written = []
    for home in chosen:
        for locale in LOCALES:
            if home.po(locale).exists():
                content, target = compiled(home.read(locale)), home.mo(locale)
                if not target.exists() or target.read_bytes() != content:
                    target.write_bytes(content)
                    written.append(target)
    return written

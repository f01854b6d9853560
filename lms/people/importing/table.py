"""Bytes become cells. Pure: raises a refusal that names the line and the cure."""

import csv
import io
from dataclasses import dataclass

from lms.errors import N_, Invalid, TooLarge
from lms.people.importing.columns import NAME, find_column

MOST_BYTES = 2 * 2**20
MOST_ROWS = 5000
MOST_COLUMNS = 200
DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Cells:
    """One row: `line` counts from 1 as an editor shows it; `values` by column, without the empty ones."""

    line: int
    values: dict[str, str]
    surplus: int = 0
    """How many cells stand beyond the last heading."""


@dataclass(frozen=True, slots=True)
class Table:
    """A list as it was read. `headings` are the words of this file for our columns, `ignored` those that mean nothing to us."""

    rows: tuple[Cells, ...]
    ignored: tuple[str, ...]
    headings: dict[str, str]


def read_table(data: bytes) -> Table:
    """UTF-8 with or without BOM (or UTF-16 with one), divided by comma, semicolon or tab, as the first line shows.

    Raises TooLarge, Invalid.
    """
    if len(data) > MOST_BYTES:
        raise TooLarge(N_("The list is too big: at most %(most)s MB."), most=MOST_BYTES // 2**20)
    text = _decode(data)
    first = text.lstrip("\r\n").partition("\n")[0]
    skipped = 0
    delimiter = max(DELIMITERS, key=first.count)
    if first.lower().startswith("sep=") and len(first.strip()) == 5:  # Excel's own way of naming the delimiter
        delimiter, skipped = first.strip()[4], 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[tuple[int, list[str]]] = []
    start = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines.append((start, cells))
            start = reader.line_num + 1
            if len(lines) > MOST_ROWS + skipped + 1:  # below the headings: enough to say that there are too many
                break
    except csv.Error:  # also for a cell of more than 128 KiB: the rest of the file behind a lone mark
        raise Invalid(
            N_("Line %(line)s: a quotation mark is not closed or stands in the wrong place."), line=start
        ) from None
    lines = lines[skipped:]
    if not lines:
        raise Invalid(N_("The list is empty. Its first line holds the headings, e.g. name, cohort, tutor_group."))
    columns, ignored = _headings(lines[0][1])
    headings = {column: lines[0][1][place].strip() for place, column in columns.items()}
    rows = tuple(_cells(line, cells, columns, len(lines[0][1])) for line, cells in lines[1:])
    if not rows:
        raise Invalid(N_("The list has headings and nobody below them."))
    if len(rows) > MOST_ROWS:
        raise TooLarge(N_("The list is too long: at most %(most)s people at once."), most=MOST_ROWS)
    return Table(rows, ignored, headings)


def _decode(data: bytes) -> str:
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise Invalid(
            N_(
                "The file is not UTF-8 text. In Excel choose “Save as… → CSV UTF-8”, in LibreOffice the character set UTF-8."
            )
        ) from None
    if "\0" in text:
        raise Invalid(N_("This is no CSV file. Save the table as CSV UTF-8 and choose that file."))
    return text


def _headings(cells: list[str]) -> tuple[dict[int, str], tuple[str, ...]]:
    if len(cells) > MOST_COLUMNS:
        raise TooLarge(N_("The list has too many columns: at most %(most)s."), most=MOST_COLUMNS)
    columns: dict[int, str] = {}
    ignored = []
    for place, heading in enumerate(cells):
        column = find_column(heading)
        if column is None:
            ignored.extend([heading.strip()[:80]] if heading.strip() else [])
        elif column in columns.values():
            raise Invalid(N_("The column “%(column)s” is there twice. Leave one."), column=heading.strip()[:80])
        else:
            columns[place] = column
    if NAME not in columns.values():
        raise Invalid(
            N_("There is no column with the names. The first line holds the headings, e.g. name, cohort, tutor_group.")
        )
    return columns, tuple(ignored)


def _cells(line: int, cells: list[str], columns: dict[int, str], width: int) -> Cells:
    values = {column: cells[place].strip() for place, column in columns.items() if place < len(cells)}
    surplus = sum(1 for cell in cells[width:] if cell.strip())
    return Cells(line, {column: value for column, value in values.items() if value}, surplus)

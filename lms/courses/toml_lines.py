"""On which line of a TOML text each key stands: tomllib keeps no positions, and an error without a line is half an error.

Meant for a text that tomllib has read without complaint (https://toml.io/en/v1.0.0).
"""

from bisect import bisect_right

Place = tuple[str | int, ...]
_ENDS = ",]}\n#"


def find_lines(text: str) -> dict[Place, int]:
    """Each table, key and element of an array with its line, counted from 1."""
    scanner = _Scanner(text)
    scanner.document()
    return scanner.lines


def line_of(lines: dict[Place, int], path: Place) -> int | None:
    """The line of a key, or of the nearest thing around it that is written down."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path)


class _Scanner:
    """Walks the text once; `at` is where it is."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Place, int] = {}
        self._text = text + "\n"
        self._at = 0
        self._breaks = [index for index, character in enumerate(text) if character == "\n"]
        self._counts: dict[Place, int] = {}

    def document(self) -> None:
        prefix: Place = ()
        while self._skip():
            if self._ahead("[["):
                prefix = self._array_table()
            elif self._ahead("["):
                self._at += 1
                prefix = self._resolve(self._keys("]"))
                self._mark(prefix)
            else:
                self._pair(prefix)

    def _array_table(self) -> Place:
        self._at += 2
        keys = self._keys("]")
        self._at += 1
        base = (*self._resolve(keys[:-1]), keys[-1])
        number = self._counts.get(base, 0)
        self._counts[base] = number + 1
        self._mark(base)
        self._mark((*base, number))
        return (*base, number)

    def _resolve(self, keys: list[str]) -> Place:
        """A table's name inside the latest element of each array of tables on its way."""
        path: Place = ()
        for key in keys:
            path = (*path, key)
            if path in self._counts:
                path = (*path, self._counts[path] - 1)
        return path

    def _pair(self, prefix: Place) -> None:
        start = self._at
        path = prefix
        for key in self._keys("="):
            path = (*path, key)
            self._mark(path, start)
        self._value(path)

    def _keys(self, end: str) -> list[str]:
        """Dotted keys up to `end`, which is passed."""
        keys: list[str] = []
        while True:
            self._blanks()
            if self._text[self._at] in "\"'":
                start = self._at
                self._string()
                keys.append(self._text[start + 1 : self._at - 1])
            else:
                start = self._at
                while self._text[self._at] not in f" \t.\n{end}":
                    self._at += 1
                keys.append(self._text[start : self._at])
            self._blanks()
            separator = self._text[self._at]
            self._at += 1
            if separator != ".":
                return keys

    def _value(self, path: Place) -> None:
        self._blanks()
        self._mark(path)
        if self._ahead("["):
            self._array(path)
        elif self._ahead("{"):
            self._inline_table(path)
        elif self._text[self._at] in "\"'":
            self._string()
        else:
            while self._text[self._at] not in _ENDS:
                self._at += 1

    def _array(self, path: Place) -> None:
        self._at += 1
        number = 0
        while self._skip() and not self._ahead("]"):
            if self._ahead(","):
                self._at += 1
                number += 1
            else:
                self._value((*path, number))
        self._at += 1

    def _inline_table(self, path: Place) -> None:
        self._at += 1
        while self._skip() and not self._ahead("}"):
            if self._ahead(","):
                self._at += 1
            else:
                self._pair(path)
        self._at += 1

    def _string(self) -> None:
        quote = self._text[self._at]
        mark = quote * 3 if self._ahead(quote * 3) else quote
        self._at += len(mark)
        while self._at < len(self._text) and not self._ahead(mark):
            self._at += 2 if quote == '"' and self._ahead("\\") else 1
        self._at += len(mark)
        while len(mark) == 3 and self._ahead(quote):  # up to two quotes may stand before the closing three
            self._at += 1

    def _skip(self) -> bool:
        """Pass blanks, line ends and comments; whether something is left."""
        while self._at < len(self._text):
            if self._text[self._at].isspace():
                self._at += 1
            elif self._ahead("#"):
                self._at = self._text.index("\n", self._at)
            else:
                return True
        return False

    def _blanks(self) -> None:
        while self._text[self._at] in " \t":
            self._at += 1

    def _ahead(self, what: str) -> bool:
        return self._text.startswith(what, self._at)

    def _mark(self, path: Place, at: int | None = None) -> None:
        self.lines.setdefault(path, bisect_right(self._breaks, (self._at if at is None else at) - 1) + 1)

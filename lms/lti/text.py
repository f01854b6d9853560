"""Text that a platform sent, before it reaches a page or a table."""

import re
import unicodedata

MAX_ID = 255
_VARIABLE = re.compile(r"\$[A-Z]\w*\.")
_BIDI = {chr(c) for c in (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))}


def is_plain_id(value: object, limit: int = MAX_ID) -> bool:
    """An identifier we can key on: 1..limit characters, no control characters, no direction marks, no lone surrogates."""
    if not isinstance(value, str) or not 0 < len(value) <= limit:
        return False
    return (value.isascii() and value.isprintable()) or not any(_is_unsafe(c) for c in value)


def is_known_id(value: object) -> bool:
    """Whether a platform really told an id: plain, and no variable that it left unfilled ("$User.id")."""
    return is_plain_id(value) and not _VARIABLE.match(str(value))


def shown(value: object, limit: int = 200) -> str:
    """A name or title for people: control and direction characters dropped, cut to `limit`; "" when there is none.

    A variable that the platform did not fill in ("$Person.name.full") counts as none.
    """
    if not isinstance(value, str) or value.startswith("$"):
        return ""
    kept = "".join(" " if c.isspace() else c for c in value if c.isspace() or not _is_unsafe(c))
    return " ".join(kept.split())[:limit]


def _is_unsafe(char: str) -> bool:
    return char in _BIDI or unicodedata.category(char) in {"Cc", "Cs"}

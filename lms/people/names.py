"""How names are written down and compared. Nothing here declines a name."""

import unicodedata

LENGTH = 200


def tidy(name: str) -> str:
    """One space between words, none around, no control characters; at most `LENGTH` characters.

    A letter is one character: what a Mac writes as и and a breve becomes й, so that it is found by й.
    """
    composed = unicodedata.normalize("NFC", name)
    return " ".join("".join(sign if sign.isprintable() else " " for sign in composed).split())[:LENGTH].strip()


def plain(name: str) -> str:
    """The form in which names are searched and compared: case and the dots of ё don't matter."""
    return tidy(name).casefold().replace("ё", "е")[:LENGTH]

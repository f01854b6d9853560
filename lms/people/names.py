"""How names are written down and compared. Nothing here declines a name."""

LENGTH = 200


def tidy(name: str) -> str:
    """One space between words, none around, no control characters; at most `LENGTH` characters."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in name).split())[:LENGTH]


def plain(name: str) -> str:
    """The form in which names are searched and compared: case and the dots of ё don't matter."""
    return tidy(name).casefold().replace("ё", "е")

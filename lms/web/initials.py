"""The letters that stand for a name in a circle. Pure."""

import re

_PATRONYMIC = re.compile(
    r".+(?:[оеё]вич|[оеё]вна|ична|[oe]vich|[oey]vna|ichna)|(?:иль|кузьм|лук|фом|никит|сав)ич", re.IGNORECASE
)
_TURKIC = frozenset({"оглы", "оглу", "кызы", "гызы", "ogly", "oglu", "kyzy", "gyzy"})
"""Stand behind the father's name: `Вагиф оглы`."""


def initials(name: str) -> str:
    """Two letters at most, of given name and surname in the order written; the father's name gives none."""
    words = name.split()
    behind = next((place for place, word in enumerate(words) if place > 1 and word.casefold() in _TURKIC), None)
    if behind is not None:
        del words[behind - 1 : behind + 1]
    else:
        father = next((place for place, word in enumerate(words) if place and _PATRONYMIC.fullmatch(word)), None)
        if father is not None:
            del words[father]
    return "".join(word[0] for word in words[:2]).upper()

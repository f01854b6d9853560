"""The few sentences that the tool can't say because it is out of reach, in the two languages of the product."""

_SENTENCES = {
    "unreachable": {
        "ru": "Платформа курсов сейчас не отвечает. Твоя работа сохранена здесь, попробуй ещё раз через минуту.",
        "en": "The course platform does not answer right now. Your work is safe here, try again in a minute.",
    },
    "nothing": {
        "ru": "Здесь нечего отправлять: в папке нет тетради этого задания. Открой задание заново на странице курса.",
        "en": "There is nothing to submit: the assignment's notebook is not in this folder. "
        "Open the assignment again from the course page.",
    },
}


def sentence(name: str, languages: str) -> str:
    """The sentence in the first language of an Accept-Language header that we have, else in Russian."""
    for part in languages.split(","):
        language = part.strip()[:2].lower()
        if language in _SENTENCES[name]:
            return _SENTENCES[name][language]
    return _SENTENCES[name]["ru"]

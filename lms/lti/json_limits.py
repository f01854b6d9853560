"""JSON from strangers: bounded in size and depth, and never a crash."""

import json
from collections.abc import Mapping

from lms.lti.errors import MalformedLaunch

MAX_DEPTH = 24


def parse_object(raw: bytes | str, part: str) -> dict[str, object]:
    """The JSON object in `raw`. Raises MalformedLaunch naming `part` for anything else."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        raise MalformedLaunch(part) from None
    if not isinstance(value, dict) or is_deeper(value, MAX_DEPTH):
        raise MalformedLaunch(part)
    return value


def parse_list(raw: bytes | str, part: str) -> list[Mapping[str, object]]:
    """The JSON objects in the list `raw`; what is no object is left out. Raises MalformedLaunch for no list."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        raise MalformedLaunch(part) from None
    if not isinstance(value, list) or is_deeper(value, MAX_DEPTH):
        raise MalformedLaunch(part)
    return objects(value)


def objects(value: object) -> list[Mapping[str, object]]:
    """The JSON objects of a list; none for what is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def is_deeper(value: object, limit: int) -> bool:
    """Whether lists and objects are nested more than `limit` deep."""
    level: list[object] = [value]
    for _ in range(limit):
        level = [child for item in level for child in _children(item)]
        if not level:
            return False
    return bool(level)


def _children(item: object) -> list[object]:
    if isinstance(item, dict):
        return [child for child in item.values() if isinstance(child, dict | list)]
    return [child for child in item if isinstance(child, dict | list)] if isinstance(item, list) else []

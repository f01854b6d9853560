"""Arguments that a function changes in place."""

from typing import Any

from lms.grading.isolated.codec import Malformed


def is_mutable(value: object) -> bool:
    """Whether a function can change what it is given."""
    kind = type(value)
    return kind in (list, dict, set, bytearray) or (kind.__module__.partition(".")[0], kind.__name__) in (
        ("numpy", "ndarray"),
        ("pandas", "DataFrame"),
        ("pandas", "Series"),
    )


def change(old: Any, new: Any) -> None:
    """Give a list, dict, … of the test the content that the participant's code gave it. Raises Malformed."""
    if type(old) is not type(new):
        raise Malformed("it became something else")
    match type(old).__name__:
        case "list" | "bytearray":
            old[:] = new
        case "dict" | "set":
            old.clear()
            old.update(new)
        case "ndarray":
            if old.shape != new.shape:
                raise Malformed("an array of another shape")
            old[...] = new
        case "DataFrame" | "Series":
            old._update_inplace(new)  # noqa: SLF001 -- what pandas' own inplace=True does

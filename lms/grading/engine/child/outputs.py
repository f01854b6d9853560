"""Outputs on their way out of the grading process: known kinds only, cut to the limits."""

from collections.abc import Iterable
from typing import Any

from lms.grading.engine.cells import clean, joined
from lms.grading.engine.limits import Limits

_TEXTS = ("text/plain", "text/html", "text/markdown", "text/latex", "image/svg+xml")
_PICTURES = ("image/png", "image/jpeg", "image/gif")
CUT = "\n… (cut here: too long)"


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[:room] + CUT


def _data(bundle: dict[str, Any], limits: Limits, room: int) -> dict[str, str]:
    kept: dict[str, str] = {}
    for mime in _TEXTS:
        if mime in bundle:
            text = joined(bundle[mime])
            if mime == "text/plain":
                kept[mime] = _cut(text, room)
            elif len(text) <= room:
                kept[mime] = text  # half a table or drawing is worse than its plain text
    for mime in _PICTURES:
        if mime in bundle and len(joined(bundle[mime])) <= limits.image_bytes:
            kept[mime] = joined(bundle[mime])
    return kept


def _one(output: dict[str, Any], limits: Limits, room: int) -> dict[str, Any] | None:
    match output.get("output_type"):
        case "stream":
            name = "stderr" if output.get("name") == "stderr" else "stdout"
            return {"output_type": "stream", "name": name, "text": _cut(joined(output.get("text")), room)}
        case "error":
            lines = [line for line in output.get("traceback") or () if isinstance(line, str)]
            return {
                "output_type": "error",
                "ename": _cut(clean(str(output.get("ename"))), 200),
                "evalue": _cut(clean(str(output.get("evalue"))), min(room, 2000)),
                "traceback": _cut(clean("\n".join(lines)), room).split("\n"),
            }
        case "display_data" | "execute_result" as kind:
            data = _data(dict(output.get("data") or {}), limits, room)
            return {"output_type": kind, "data": data, "metadata": {}} if data else None
    return None


def weight(output: dict[str, Any]) -> int:
    """Characters that an output holds."""
    texts = [output.get("text", ""), *output.get("traceback", ()), *(output.get("data") or {}).values()]
    return sum(len(text) for text in texts)


def limited(cells: Iterable[dict[str, Any]], limits: Limits) -> list[list[dict[str, Any]]]:
    """The outputs of each cell. Texts of one cell share `text_bytes`, all cells `output_bytes`."""
    total = limits.output_bytes
    result = []
    for cell in cells:
        room = limits.text_bytes
        kept: list[dict[str, Any]] = []
        for output in cell.get("outputs", ()):
            small = _one(output, limits, room) if room > 0 else None
            if small is None or weight(small) > total:
                continue
            total -= weight(small)
            pictures = sum(len(small.get("data", {}).get(mime, "")) for mime in _PICTURES)
            room -= weight(small) - pictures
            kept.append(small)
        result.append(kept)
    return result

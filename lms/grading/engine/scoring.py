"""Points of a test cell from its outputs: nbgrader's rule without its holes.

nbgrader (utils.determine_grade) looks at the first output alone: a fake result before a failing check, a `nan` or a
negative number give full points, and any warning on stderr gives none. Here an error anywhere is 0, warnings cost
nothing, and a number counts only between 0 and the maximum.
"""

import math
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from lms.grading.engine.results import Outcome, points

TIMED_OUT = "CellTimeoutError"
DIED = "KernelDied"
_ENDS = {TIMED_OUT: Outcome.TIMED_OUT, DIED: Outcome.DIED}


def _number(output: Mapping[str, Any]) -> float | None:
    data = output.get("data")
    text = data.get("text/plain") if isinstance(data, Mapping) else None
    if isinstance(text, list):
        text = "".join(str(line) for line in text)
    try:
        return float(text) if isinstance(text, str) else None
    except ValueError:
        return None


def score(outputs: Iterable[Mapping[str, Any]], max_score: Decimal) -> tuple[Decimal, Outcome]:
    """Points from 0 to `max_score` for the outputs of a test cell, and why.

    A cell whose last expression is a number gives that many points; of several results the worst counts, since an
    honest cell has one. A result that is no number is nbgrader's sign of nothing special: full points.
    """
    outputs = list(outputs)
    errors = {str(output.get("ename")) for output in outputs if output.get("output_type") == "error"}
    if errors:
        return Decimal(0), next((outcome for name, outcome in _ENDS.items() if name in errors), Outcome.FAILED)
    best = max_score
    for number in [_number(output) for output in outputs if output.get("output_type") == "execute_result"]:
        if number is None:
            continue
        if not math.isfinite(number) or number < 0 or points(number) > max_score:
            return Decimal(0), Outcome.NOT_A_SCORE
        best = min(best, points(number))
    if best == max_score:
        return best, Outcome.PASSED
    return best, Outcome.PARTIAL if best > 0 else Outcome.FAILED

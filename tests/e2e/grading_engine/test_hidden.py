"""Hidden tests count, and nothing of them is ever shown."""

import dataclasses
import json
from typing import Any

from lms.grading.engine import Outcome

SPY = """
calls = []
def shift(x):
    calls.append(x)
    return x + {constant} if x == 1 else 0
"""
TELL = """
print(calls, In, sys.argv)
import glob, os, traceback
for path in glob.glob("/proc/self/cwd/../**", recursive=True) + glob.glob("/run/**", recursive=True):
    if os.path.isfile(path):
        print(open(path, errors="replace").read())
limit = {constant}
"""


def test_hidden_test_is_not_in_anything_shown_even_to_code_that_looks_for_it(lab: Any) -> None:
    spying = lab.answered(
        shift="import sys" + SPY.format(constant=lab.constant), limit=TELL.format(constant=lab.constant)
    )

    result = lab.grade(spying)

    cell = next(cell for cell in result.cells if cell.name == "check_shift")
    assert (cell.score, cell.outcome, cell.message) == (0, Outcome.HIDDEN_FAILED, "A hidden check failed.")
    shown = result.visible_output + json.dumps([dataclasses.asdict(cell) for cell in result.feedback], default=str)
    assert "one is shifted wrongly" in shown, "what is visible of the test is shown"
    assert "one is shifted wrongly" not in result.visible_output, "the code never saw even that"
    assert "[1]" in shown, "the spy did see its visible call"
    assert lab.secret not in shown
    assert str(2 * lab.constant) not in result.visible_output.replace(f"== {2 * lab.constant}", "")


def test_release_holds_no_solution_and_no_hidden_test(lab: Any) -> None:
    released = json.dumps(lab.release())

    assert lab.secret in lab.source().decode()
    assert lab.secret not in released
    assert f"return x + {lab.constant}" not in released
    assert "The model answer." not in released

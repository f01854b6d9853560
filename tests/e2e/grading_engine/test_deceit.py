"""Code written to deceive the tests. Each works where tests share the participant's process, and earns nothing apart."""

from typing import Any

import pytest

from lms.grading import engine
from lms.grading.engine import Mode, Status

DECEITS = {
    "an object equal to everything": "class Any:\n    def __eq__(self, other): return True\nlimit = Any()",
    "a number equal to everything": (
        "class Any(int):\n    def __eq__(self, other): return True\n    __hash__ = int.__hash__\nlimit = Any(1)"
    ),
    "tests without their asserts": (
        "import ast\n"
        "class Drop(ast.NodeTransformer):\n"
        "    def visit_Assert(self, node): return ast.Pass()\n"
        "get_ipython().ast_transformers.append(Drop())"
    ),
    "tests that are not compiled": (
        "shell = get_ipython()\nold = shell.run_code\n"
        "async def run_code(code, *args, **kwargs):\n    return False\nshell.run_code = run_code"
    ),
    "a test replaced on its way in": (
        "get_ipython().input_transformers_cleanup.append(lambda lines: ['pass\\n'] if any('assert' in l for l in lines) else lines)"
    ),
}


@pytest.mark.parametrize("code", DECEITS.values(), ids=DECEITS)
def test_grade_deceit_earns_nothing_that_it_earns_in_one_process(code: str, lab: Any) -> None:
    deceit = lab.answered(shift="def shift(x): return None", limit=code)

    together = lab.grade(deceit, executor=engine.ProcessExecutor())
    apart = lab.grade(deceit)

    def earned(result: engine.GradeResult) -> Any:
        return next(cell.score for cell in result.cells if cell.name == "check_limit")

    assert (together.mode, earned(together)) == (Mode.LIVE, lab.points[1]), "it works without the wall"
    assert (apart.mode, earned(apart)) == (Mode.ISOLATED, 0)
    assert apart.status is together.status is Status.GRADED


def test_grade_function_whose_answer_judges_itself_earns_nothing(lab: Any) -> None:
    judge = "class Judge:\n    def __eq__(self, other): return True\n    def __sub__(self, other): return 0\n"
    judged = lab.answered(shift=f"{judge}def shift(x): return Judge()")

    together, apart = lab.grade(judged, executor=engine.ProcessExecutor()), lab.grade(judged)

    assert (together.score, together.mode) == (sum(lab.points), Mode.LIVE)
    assert (apart.score, apart.mode) == (sum(lab.points[1:]), Mode.ISOLATED)


def test_grade_answers_sent_before_they_are_asked_for_earn_nothing(lab: Any) -> None:
    forged = (
        "import os, json, struct\n"
        "text = json.dumps({'m': {'v': None, 'outputs': [], 'used': [], 'asked': []}, 'b': []}).encode()\n"
        "for descriptor in range(3, 200):\n"
        "    try: os.write(descriptor, struct.pack('!II', len(text), 0) + text)\n"
        "    except OSError: pass\n"
        "def shift(x): return None"
    )

    result = lab.grade(lab.answered(shift=forged, limit="limit = None"))

    assert result.status is not Status.FAILED
    assert result.score == 0

"""docs/lti-conformance.md, written from the acceptance list and from the marks on the tests.

python3 -m tests.contract.lti.acceptance.conformance
"""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.contract.lti.acceptance.cases import CASES

ROOT = Path(__file__).resolve().parents[4]
PAGE = ROOT / "docs" / "lti-conformance.md"
PLACES = ("contract/lti", "integration/lti", "unit/lti", "e2e/lti")
HEAD = """\
# LTI conformance

What is sent to the tool, what must come of it, and the tests that show it; written by
`python3 -m tests.contract.lti.acceptance.conformance`, and a test fails when it is stale. C: 1EdTech's LTI Advantage
Conformance Certification Guide 1.3, the tool's part; X: the security framework and what experience adds; O: LTI 1.1.

*Refused* means: a 4xx page with one sentence and an error id that is in the log too, nobody signed in, no table changed
by a row. All tests of `tests/contract/lti` run over HTTP against the running tool.

| case | sent | outcome | shown by |
|---|---|---|---|
"""


def page() -> str:
    """The whole page."""
    shown = shown_by()
    return HEAD + "".join(_row(name, what, outcome, shown[name]) for name, (what, outcome) in CASES.items())


def shown_by() -> dict[str, list[str]]:
    """Case -> `folder/file.py::test`, by the marks in the source."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for place in PLACES:
        for path in sorted((ROOT / "tests" / place).rglob("test_*.py")):
            for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(function, ast.FunctionDef) and function.name.startswith("test_"):
                    for name in sorted(set(_marks(function))):
                        found[name].append(f"{path.relative_to(ROOT / 'tests')}::{function.name}")
    return found


def _marks(function: ast.FunctionDef) -> Iterator[str]:
    for decorator in function.decorator_list:
        for call in ast.walk(decorator):
            if isinstance(call, ast.Call) and _name(call.func) == "case":
                yield from (str(one.value) for one in call.args if isinstance(one, ast.Constant))


def _name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""


def _row(name: str, what: str, outcome: str, tests: list[str]) -> str:
    where = "<br>".join(f"`{test}`" for test in tests)
    return f"| {name} | {what.replace('|', chr(92) + '|')} | {outcome} | {where} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

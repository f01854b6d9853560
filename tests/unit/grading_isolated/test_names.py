"""What the text of a cell says of the names it binds and reads."""

import pytest

from lms.grading.isolated.gate import Gate, NotAllowed
from lms.grading.isolated.names import names_of


def test_names_of_a_function_are_its_own_name_and_what_it_looks_up_globally() -> None:
    names = names_of("def price(n):\n    total = n * rate\n    return round(total, 2)")

    assert names.binds == {"price"}
    assert names.reads == {"rate", "round"}


def test_names_of_imports_come_as_a_text_and_as_whole_module_names() -> None:
    names = names_of("%matplotlib inline\nimport numpy as np\nfrom scipy.stats import norm\nx = np.zeros(3)")

    assert names.binds == {"np", "norm", "x"}
    assert names.imports == "import numpy as np\nfrom scipy.stats import norm"
    assert names.modules == {"numpy", "scipy", "scipy.stats"}


@pytest.mark.parametrize(
    ("source", "binds"),
    [
        ("for i in range(3):\n    last = i", {"i", "last"}),
        ("with open('f') as file:\n    text = file.read()", {"file", "text"}),
        ("a, (b, *c) = 1, (2, 3)", {"a", "b", "c"}),
        ("squares = [n * n for n in range(3)]", {"squares"}),
        ("if (found := 3) > 2:\n    pass", {"found"}),
        ("try:\n    pass\nexcept ValueError as error:\n    seen = error", {"error", "seen"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_names_bound_by_statements_at_any_depth_are_found(source: str, binds: set[str]) -> None:
    assert names_of(source).binds == binds


def test_names_of_what_is_no_python_are_none() -> None:
    assert names_of("def broken(:") == names_of("")


def test_gate_that_takes_notes_lets_everything_pass_and_remembers_it() -> None:
    gate = Gate(None)

    for operation in ("eq", "attr:shape", "call"):
        gate.use(operation)

    assert gate.used == {"eq", "attr:shape"}


def test_gate_that_guards_lets_pass_what_the_solution_needed_and_questions_that_judge_nothing() -> None:
    gate = Gate(frozenset({"attr:shape"}))

    gate.use("attr:shape")
    gate.use("iter")
    with pytest.raises(NotAllowed):
        gate.use("eq")

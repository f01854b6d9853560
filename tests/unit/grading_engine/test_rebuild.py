"""Putting a submission back into the form in which it was handed out."""

import copy

from hypothesis import given
from hypothesis import strategies as st

from lms.grading.engine.cells import parse_cells
from lms.grading.engine.rebuild import Rebuilt, choose, rebuild
from lms.grading.engine.results import Repair
from tests.factories import notebooks as nb

RELEASE = nb.notebook(
    [
        nb.text("# Lab"),
        nb.code("import math"),
        nb.solution("square", "pass"),
        nb.checks("check_square", 2, "assert square(3) == 9"),
        nb.solution("cube", "pass"),
        nb.checks("check_cube", 3, "assert cube(2) == 8"),
        nb.answer("why", 4, "Write here"),
    ]
)
DONE = nb.answered(RELEASE, square="def square(x): return x * x", cube="def cube(x): return x ** 3", why="Because.")


def of(notebook: nb.Notebook) -> Rebuilt:
    """The rebuilt submission."""
    return rebuild(RELEASE, parse_cells(notebook))


def sources(rebuilt: Rebuilt) -> list[str]:
    """The text of every cell."""
    return [cell["source"] for cell in rebuilt.notebook["cells"]]


HONEST = sources(of(DONE))


def test_rebuild_honest_submission_is_itself_without_repairs() -> None:
    assert of(DONE) == Rebuilt(DONE, frozenset(), ())


def test_rebuild_leaves_its_arguments_alone() -> None:
    release, submission = copy.deepcopy(RELEASE), copy.deepcopy(DONE)

    rebuild(release, parse_cells(submission))

    assert (release, submission) == (RELEASE, DONE)


def test_rebuild_skip_tag_is_dropped() -> None:
    tagged = copy.deepcopy(DONE)
    nb.find(tagged, "check_square")["metadata"]["tags"] = ["skip-execution"]

    rebuilt = of(tagged)

    assert rebuilt.notebook == DONE
    assert rebuilt.repairs == (Repair("tags_dropped", "check_square"),)


def test_rebuild_edited_points_and_test_are_ours_again() -> None:
    edited = nb.answered(DONE, check_square="pass")
    nb.find(edited, "check_square")["metadata"]["nbgrader"]["points"] = 100

    rebuilt = of(edited)

    assert rebuilt.notebook == DONE
    assert rebuilt.repairs == (
        Repair("locked_cell_changed", "check_square"),
        Repair("metadata_changed", "check_square"),
    )


def test_rebuild_deleted_test_comes_back() -> None:
    deleted = copy.deepcopy(DONE)
    deleted["cells"].remove(nb.find(deleted, "check_cube"))

    rebuilt = of(deleted)

    assert rebuilt.notebook == DONE
    assert rebuilt.repairs == (Repair("cell_missing", "check_cube"),)


def test_rebuild_cells_in_another_order_are_in_ours() -> None:
    turned = copy.deepcopy(DONE)
    turned["cells"] = turned["cells"][::-1]

    rebuilt = of(turned)

    assert sources(rebuilt) == HONEST
    assert Repair("cell_moved", "check_square") in rebuilt.repairs


def test_rebuild_unchanged_copy_of_an_answered_cell_is_dropped() -> None:
    copied = copy.deepcopy(DONE)
    copied["cells"].append(copy.deepcopy(nb.find(RELEASE, "square")))

    rebuilt = of(copied)

    assert sources(rebuilt) == HONEST
    assert rebuilt.repairs == (Repair("cell_duplicated", "square"),)


def test_rebuild_copied_cell_used_for_a_helper_keeps_both_texts_in_order() -> None:
    copied = copy.deepcopy(DONE)
    index = copied["cells"].index(nb.find(copied, "square"))
    second = copy.deepcopy(copied["cells"][index])
    second["source"] = "def helper(): return 1"
    copied["cells"].insert(index + 1, second)

    texts = sources(of(copied))

    assert texts.index("def square(x): return x * x") < texts.index("def helper(): return 1")
    assert texts.index("def helper(): return 1") < texts.index("assert square(3) == 9")


def test_rebuild_own_cell_stays_where_it_stood_without_its_metadata() -> None:
    added = copy.deepcopy(DONE)
    own = {**nb.code("def helper(): return 2"), "id": "mine"}
    own["metadata"] = {"tags": ["skip-execution"], "nbgrader": {"grade_id": "unknown", "grade": True, "points": 50}}
    added["cells"].insert(2, own)

    rebuilt = of(added)

    assert sources(rebuilt) == [*HONEST[:2], "def helper(): return 2", *HONEST[2:]]
    assert rebuilt.notebook["cells"][2]["metadata"] == {}
    assert (rebuilt.own, rebuilt.repairs) == (frozenset({2}), (Repair("own_cells_kept"),))


def test_rebuild_code_cell_turned_into_markdown_is_code_with_its_text() -> None:
    turned = copy.deepcopy(DONE)
    cell = nb.find(turned, "square")
    cell["cell_type"] = "markdown"

    rebuilt = of(turned)

    assert rebuilt.notebook == DONE
    assert rebuilt.repairs == (Repair("cell_type_changed", "square"),)


def test_rebuild_edited_plain_cell_is_the_participants() -> None:
    edited = copy.deepcopy(DONE)
    edited["cells"][1]["source"] = "import math, random"

    assert sources(of(edited)) == ["# Lab", "import math, random", *HONEST[2:]]


def test_rebuild_explanation_of_another_language_stays_away() -> None:
    russian = copy.deepcopy(DONE)
    del russian["cells"][0]

    rebuilt = of(russian)

    assert sources(rebuilt) == HONEST[1:]
    assert rebuilt.repairs == ()


def test_rebuild_picture_in_a_written_answer_is_kept_and_script_is_not() -> None:
    pasted = copy.deepcopy(DONE)
    nb.find(pasted, "why")["attachments"] = {"a.png": {"image/png": "QUJD"}, "b": {"text/html": "<script>"}}

    rebuilt = of(pasted)

    assert nb.find(rebuilt.notebook, "why")["attachments"] == {"a.png": {"image/png": "QUJD"}}


@given(st.permutations(DONE["cells"]), st.data())
def test_rebuild_any_order_and_copies_keep_every_locked_cell_once(
    cells: list[nb.Notebook], data: st.DataObject
) -> None:
    some = data.draw(st.lists(st.sampled_from(cells), max_size=8))

    rebuilt = rebuild(RELEASE, parse_cells({"cells": cells[: len(some)] + some}))

    graded = [cell for cell in parse_cells(rebuilt.notebook) if cell.grade_id is not None]
    expected = [cell for cell in parse_cells(RELEASE) if cell.grade_id is not None]
    assert [(cell.grade_id, cell.points) for cell in graded] == [(cell.grade_id, cell.points) for cell in expected]
    assert [cell.source for cell in graded if cell.locked] == [cell.source for cell in expected if cell.locked]


def test_choose_finds_the_notebook_by_its_marked_cells() -> None:
    other = nb.notebook([nb.solution("square", "pass"), nb.checks("other", 1, "pass")])
    candidates = {"first": parse_cells(other), "second": parse_cells(RELEASE)}

    assert choose(candidates, parse_cells(DONE)) == "second"
    assert choose(candidates, parse_cells(other)) == "first"
    assert choose(candidates, parse_cells(nb.notebook([nb.code("1")]))) is None

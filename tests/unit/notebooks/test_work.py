"""Laying files down never costs a participant anything they wrote."""

import pytest

from lms.notebooks.server.tool import Assignment, File
from lms.notebooks.server.work import gather, lay_down

ASSIGNMENT = Assignment("data", "population", "Население", ("a.ipynb", "b.ipynb"), is_open=True)


def test_missing_files_are_written_and_present_ones_kept(tmp_path):
    lay_down(tmp_path, "data/population", [File("a.ipynb", b"release")])
    (tmp_path / "data/population/a.ipynb").write_bytes(b"mine")

    written = lay_down(tmp_path, "data/population", [File("a.ipynb", b"new"), File("more/data.csv", b"1")])

    assert written == [tmp_path / "data/population/more/data.csv"]
    assert (tmp_path / "data/population/a.ipynb").read_bytes() == b"mine"


@pytest.mark.parametrize("path", ["../a", "/etc/a", "a/../../b", ""])
def test_path_that_leads_out_is_refused(tmp_path, path):
    with pytest.raises(ValueError, match="leads out"):
        lay_down(tmp_path, "data/population", [File(path, b"x")])

    assert list(tmp_path.rglob("*")) == []


def test_gathered_are_the_notebooks_that_count_and_are_there(tmp_path):
    lay_down(tmp_path, "data/population", [File("b.ipynb", b"b"), File("notes.ipynb", b"n")])

    assert gather(tmp_path, ASSIGNMENT) == [b"b"]

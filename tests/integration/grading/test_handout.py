"""The notebook as it is handed out: it opens with the kernel that every participant has."""

import json
from pathlib import Path

import pytest

from lms.grading.handout import KERNEL, for_kernel
from tests.factories import courses, notebooks
from tests.integration.grading.conftest import STEP, Class


@pytest.mark.databases("sqlite")
def test_notebook_of_an_authors_own_kernel_is_handed_out_with_the_one_of_the_servers(
    school_class: Class, tmp_path: Path
) -> None:
    folder = courses.write_course(tmp_path, "imported", steps=[f"assignment:{STEP}"])
    source = folder / "source" / STEP
    source.mkdir(parents=True)
    written = notebooks.encode(notebooks.notebook(school_class.cells(), kernel="python"))
    (source / f"{STEP}.ipynb").write_bytes(written)
    run = courses.sync(school_class.database, folder)
    courses.enrol(school_class.database, run, school_class.pupil_id)

    answer = school_class.browser(school_class.pupil_id).get(
        f"/courses/imported/assignments/{STEP}/notebooks/{STEP}.ipynb"
    )

    assert json.loads(answer.data)["metadata"]["kernelspec"] == KERNEL


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"kernelspec": {"name": "python", "display_name": "Python (Pyodide)", "language": "python"}},
        {"kernelspec": {"name": "conda-env-maths", "display_name": "Maths"}, "language_info": {"name": "python"}},
        {"kernelspec": {"name": "my-venv", "display_name": "Mine"}},
    ],
)
def test_kernel_of_any_python_becomes_the_one_of_the_servers(metadata: dict[str, object]) -> None:
    content = {"metadata": metadata, "cells": []}

    given = for_kernel(content)

    assert given == {"metadata": {**metadata, "kernelspec": KERNEL}, "cells": []}
    assert content["metadata"] == metadata


def test_kernel_of_another_language_stays() -> None:
    content = {"metadata": {"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}}, "cells": []}

    assert for_kernel(content) == content

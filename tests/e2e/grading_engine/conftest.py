"""One course with assignments of random constants and points, and one cache of releases for all tests."""

import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lms.grading import engine
from tests.factories import notebooks as nb

LIMITS = engine.Limits(wall_seconds=120, cell_seconds=4)


@dataclass(frozen=True)
class Lab:
    """An assignment `lab`: add a secret constant, name a limit, read a file, write an answer."""

    course: Path
    cache: Path
    constant: int
    points: tuple[int, int, int]
    secret: str

    def release(self) -> nb.Notebook:
        """The student version."""
        notebook: nb.Notebook = json.loads(engine.release(self.course, "lab", cache_dir=self.cache)["main"])
        return notebook

    def answered(self, **sources: str) -> nb.Notebook:
        """The student version with right answers, but for those given."""
        right = {"shift": f"def shift(x):\n    return x + {self.constant}", "limit": f"limit = {self.constant}"}
        return nb.answered(self.release(), **(right | sources))

    def grade(self, notebook: nb.Notebook | bytes, **settings: Any) -> engine.GradeResult:
        """The result for a submission to `lab`."""
        data = notebook if isinstance(notebook, bytes) else nb.encode(notebook)
        return engine.grade(self.course, "lab", data, **({"limits": LIMITS, "cache_dir": self.cache} | settings))

    def source(self) -> bytes:
        """The instructors' version."""
        return (self.course / "source/lab/main.ipynb").read_bytes()


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """The assignment, made once."""
    course = tmp_path_factory.mktemp("course")
    constant, points = random.randint(10, 10_000), (random.randint(1, 9), random.randint(1, 9), random.randint(1, 9))
    secret = f"hidden{random.getrandbits(64):x}"
    cells = [
        nb.text("# Lab"),
        nb.code("import json"),
        nb.solution("shift", f"def shift(x):\n    return x + {constant}"),
        nb.checks(
            "check_shift",
            points[0],
            f"assert shift(1) == {constant + 1}, 'one is shifted wrongly'",
            f"assert shift({constant}) == {2 * constant}, '{secret}'",
        ),
        nb.solution("limit", f"limit = {constant}"),
        nb.checks("check_limit", points[1], f"assert limit == {constant}"),
        nb.checks("check_file", points[2], f"assert json.load(open('data.json')) + limit == {2 * constant}"),
        nb.answer("why", 5, "The model answer."),
    ]
    other = [nb.solution("other", "pass"), nb.checks("check_other", 1, "assert True")]
    nb.write_assignment(course, "lab", {"main": cells, "other": other}, data__json=str(constant))
    return Lab(course, tmp_path_factory.mktemp("cache"), constant, points, secret)

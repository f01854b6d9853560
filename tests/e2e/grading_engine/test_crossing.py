"""Tests as real courses write them: what they need of the participant's crosses the line between the two processes."""

import json
import random
from pathlib import Path

import pytest

from lms.grading import engine
from lms.grading.engine import Mode
from tests.factories import notebooks as nb

K = random.randint(3, 900)

CELLS: dict[str, tuple[str, str]] = {
    "plain value": (f"answer = {K}", f"assert answer == {K}"),
    "function": (f"def plus(x): return x + {K}", f"assert plus(1) == {K + 1}\nassert isinstance(plus(1), int)"),
    "text": ("def greet(name): return f'Привет, {name}!'", "assert greet('Аня') == 'Привет, Аня!'"),
    "array": (
        f"def scale(a): return a * {K}",
        f"np.testing.assert_array_equal(scale(np.arange(4)), np.arange(4) * {K})",
    ),
    "big array": ("def square(a): return a ** 2", "a = np.arange(300_000.0)\nassert np.allclose(square(a), a ** 2)"),
    "table": (
        f"table = pd.DataFrame({{'город': ['Пермь', 'Кунгур'], 'n': [{K}, 1]}})",
        f"assert table.shape == (2, 2)\nassert table.loc[table['город'] == 'Пермь', 'n'].item() == {K}",
    ),
    "grouped": (
        "def totals(t): return t.groupby('k')['v'].sum()",
        (
            "t = pd.DataFrame({'k': list('aab'), 'v': [1, 2, 3]})\n"
            "pd.testing.assert_series_equal(totals(t), t.groupby('k')['v'].sum())"
        ),
    ),
    "expected exception": (
        "def root(x):\n    if x < 0: raise ValueError('negative')\n    return x ** 0.5",
        "try:\n    root(-1)\n    assert False, 'no exception'\nexcept ValueError as error:\n    assert 'negative' in str(error)",
    ),
    "own exception": (
        "class Empty(Exception): pass\ndef take(kept):\n    if not kept: raise Empty('nothing')\n    return kept[0]",
        "assert issubclass(Empty, Exception)\ntry:\n    take([])\n    assert False\nexcept Empty:\n    pass",
    ),
    "class": (
        (
            "class Account:\n    def __init__(self, owner, money=0):\n        self.owner, self.money = owner, money\n"
            "    def put(self, sum): self.money += sum\n    def __len__(self): return self.money"
        ),
        (
            f"a = Account('Оля')\na.put({K})\nassert (a.owner, a.money, len(a)) == ('Оля', {K}, {K})\n"
            "assert isinstance(a, Account)\na.money = 7\nassert a.money == 7"
        ),
    ),
    "inheritance": (
        (
            "class Shape:\n    def area(self): return 0\nclass Square(Shape):\n    def __init__(self, a): self.a = a\n"
            "    def area(self): return self.a ** 2"
        ),
        f"assert issubclass(Square, Shape)\nassert isinstance(Square(2), Shape)\nassert Square({K}).area() == {K**2}",
    ),
    "operators": (
        (
            "class V:\n    def __init__(self, x, y): self.x, self.y = x, y\n"
            "    def __add__(self, o): return V(self.x + o.x, self.y + o.y)\n"
            "    def __eq__(self, o): return (self.x, self.y) == (o.x, o.y)\n"
            "    def __repr__(self): return f'V({self.x}, {self.y})'"
        ),
        "assert V(1, 2) + V(3, 4) == V(4, 6)\nassert repr(V(1, 2)) == 'V(1, 2)'\nassert not V(1, 2) == V(2, 1)",
    ),
    "callback": (
        "def apply(function, values): return [function(v) for v in values]",
        f"assert apply(lambda v: v + {K}, [1, 2]) == [{K + 1}, {K + 2}]\nassert apply(str, [1]) == ['1']",
    ),
    "mutated argument": (
        "def drop_first(items): items.pop(0)",
        "items = [1, 2, 3]\ndrop_first(items)\nassert items == [2, 3]",
    ),
    "mutated array": (
        "def zero(a): a[a < 0] = 0",
        "a = np.array([-1, 2, -3])\nzero(a)\nassert a.tolist() == [0, 2, 0]",
    ),
    "printed": (
        "def shout(word): print(word.upper())",
        (
            "import io, contextlib\nheard = io.StringIO()\nwith contextlib.redirect_stdout(heard):\n    shout('ау')\n"
            "assert heard.getvalue().strip() == 'АУ'"
        ),
    ),
    "generator": (
        "def evens(n):\n    for i in range(n):\n        if i % 2 == 0: yield i",
        "assert list(evens(7)) == [0, 2, 4, 6]\nassert next(evens(3)) == 0\nassert sum(evens(5)) == 6",
    ),
    "pushed global": (
        "def price(n): return n * rate",
        f"rate = {K}\nassert price(2) == {2 * K}\nrate = 1\nassert price(2) == 2",
    ),
    "seeded": (
        "def throw(n): return np.random.randint(1, 7, n)",
        (
            "np.random.seed(5)\nfirst = throw(20)\nnp.random.seed(5)\n"
            "np.testing.assert_array_equal(first, np.random.randint(1, 7, 20))"
        ),
    ),
    "names": ("helper_used = True", "assert 'helper_used' in globals()\nassert 'never_made' not in globals()"),
    "deleted": ("temporary = 5", "assert temporary == 5\ndel temporary\nassert 'temporary' not in globals()"),
    "axes": (
        "def draw(values):\n    figure, axes = plt.subplots()\n    axes.plot(values)\n    axes.set_title('Рост')\n    return axes",
        (
            "axes = draw([1, 4, 9])\nassert axes.get_title() == 'Рост'\n"
            "assert [float(y) for y in axes.get_lines()[0].get_ydata()] == [1, 4, 9]"
        ),
    ),
    "file": (
        f"def save():\n    with open('out.txt', 'w') as file: file.write('{K}')\nsave()",
        f"with open('out.txt') as file:\n    assert file.read() == '{K}'",
    ),
    "nested": (
        "def index(words):\n    found = {}\n    for w in words: found.setdefault(w[0], set()).add(w)\n    return found",
        "assert index(['аз', 'ад', 'он']) == {'а': {'аз', 'ад'}, 'о': {'он'}}",
    ),
    "closure": (
        "def adder(n):\n    return lambda x: x + n",
        f"add = adder({K})\nassert add(1) == {K + 1}\nassert callable(add)",
    ),
    "documented": (
        'def area(r):\n    """Площадь."""\n    return 3 * r * r',
        "assert area.__doc__ == 'Площадь.'\nassert area(2) == 12",
    ),
}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One assignment with all of them."""
    folder = tmp_path_factory.mktemp("crossing")
    cells = [nb.code("import numpy as np\nimport pandas as pd\nimport matplotlib.pyplot as plt")]
    for number, (solution, test) in enumerate(CELLS.values()):
        cells += [nb.solution(f"s{number}", solution), nb.checks(f"t{number}", number + 1, test)]
    nb.write_assignment(folder, "crossing", {"main": cells})
    return folder


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Releases and plans, made once."""
    return tmp_path_factory.mktemp("cache")


def test_solution_earns_every_point_with_every_test_apart(course: Path, cache: Path) -> None:
    source = (course / "source/crossing/main.ipynb").read_bytes()

    result = engine.grade(course, "crossing", source, cache_dir=cache)

    names = list(CELLS)
    assert [(names[int(c.name[1:])], c.message) for c in result.cells if c.score != c.max_score] == []
    plan = json.loads(next(cache.glob("*/plan.json")).read_text())["main"]["tests"]
    live = {names[int(name[1:])]: reason for name, (place, _, reason) in plan.items() if place == "live"}
    assert (live, result.mode) == ({}, Mode.ISOLATED)


def test_release_earns_nothing_in_any_of_them(course: Path, cache: Path) -> None:
    released = engine.release(course, "crossing", cache_dir=cache)["main"]

    result = engine.grade(course, "crossing", released, cache_dir=cache)

    assert [cell.name for cell in result.cells if cell.score != 0] == []

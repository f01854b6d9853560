"""What holds for every template and style sheet, whoever writes it."""

import hashlib
import re
from pathlib import Path

import pytest
from jinja2 import Environment
from jinja2.nodes import Call, Const, Getattr, Keyword, Name

ROOT = Path(__file__).resolve().parents[3]
STATIC = ROOT / "lms/web/static"
TEMPLATES = sorted([*ROOT.glob("lms/*/templates/**/*.html"), *ROOT.glob("plugins/skillfolio/**/templates/**/*.html")])
SYMBOLS = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "vendor/icons.svg").read_text()))
NAMES = [str(path.relative_to(ROOT)) for path in TEMPLATES]


def without_comments(path: Path) -> str:
    return re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)


def icon_names(source: str) -> set[str]:
    """Names given as plain texts to `icon(...)`, `icon_name=` and `after=`."""
    tree = Environment(extensions=["jinja2.ext.i18n"]).parse(source)
    named = {
        keyword.value.value
        for keyword in tree.find_all(Keyword)
        if keyword.key in {"icon_name", "after"} and isinstance(keyword.value, Const) and keyword.value.value
    }
    first = {
        call.args[0].value
        for call in tree.find_all(Call)
        if isinstance(call.node, Name | Getattr)
        and (call.node.name if isinstance(call.node, Name) else call.node.attr) == "icon"
        and call.args
        and isinstance(call.args[0], Const)
    }
    return named | first


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_template_has_no_inline_style_or_script(path: Path) -> None:
    source = without_comments(path)

    found = re.findall(r"""\sstyle=["']|\son[a-z]+=["']|<style|<script(?![^>]*\ssrc=)|javascript:""", source)

    assert found == []


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_template_loads_nothing_from_another_host(path: Path) -> None:
    found = re.findall(r"""(?:src|href|action)=["'](?:https?:)?//[^"']+""", without_comments(path))

    assert found == []


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_template_names_icons_that_are_there(path: Path) -> None:
    assert icon_names(path.read_text()) - SYMBOLS == set()


def test_icon_names_finds_the_three_ways_of_naming() -> None:
    source = '{{ ui.icon("bell") }}{{ icon("x") }}{{ ui.button("a", icon_name="check", after="send") }}'

    assert icon_names(source) == {"bell", "x", "check", "send"}


def test_code_names_icons_that_are_there() -> None:
    sources = [*ROOT.glob("lms/**/*.py"), *ROOT.glob("plugins/*/lms_*/**/*.py")]

    named = {name for path in sources for name in re.findall(r'\bicon\s*=\s*"([a-z0-9-]+)"', path.read_text())}

    assert len(named) > 3
    assert named - SYMBOLS == set()


def test_vendored_files_are_the_noted_ones() -> None:
    noted = dict(
        re.findall(r"^\| `([^`]+)` .*`([0-9a-f]{64})` \|$", (STATIC / "vendor/VENDOR.md").read_text(), re.MULTILINE)
    )

    there = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (STATIC / "vendor").iterdir()
        if path.suffix in {".js", ".svg"}
    }

    assert there == noted


@pytest.mark.parametrize("path", sorted((STATIC / "css").glob("*.css")), ids=lambda path: path.name)
def test_style_sheet_uses_only_tokens_that_exist(path: Path) -> None:
    known = set(re.findall(r"^\s*(--[a-z0-9-]+):", (STATIC / "css/tokens.css").read_text(), re.MULTILINE))

    used = {name for name in re.findall(r"var\((--[a-z0-9-]+)", path.read_text()) if not name.startswith("--_")}

    assert used - known == set()

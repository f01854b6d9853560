"""Both presets of Markdown: what is harmless shows, what could act does not."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.web.markdown import LESSON, NOTEBOOK, Preset, render_markdown

ACTS = re.compile(
    r"<(script|iframe|object|embed|style|form|input|svg|math|base|meta|link)\b|<[^>]*\s(on\w+|style|id|name)\s*="
    r"|<[^>]*(href|src)=\"?\s*(javascript|vbscript|data:(?!image/(png|jpeg)))",
    re.IGNORECASE,
)
HOSTILE = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    '<svg onload="alert(1)"><a href="javascript:alert(1)">x</a></svg>',
    '<a href="java\tscript:alert(1)">x</a>',
    '<a href=" data:text/html,<script>alert(1)</script>">x</a>',
    '<a href="&#1;data:text/html;base64,PHNjcmlwdD4=">x</a>',
    "[x](javascript:alert(1))",
    "[x](DATA:text/html;base64,PHNjcmlwdD4=)",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "![x](//evil.example/pixel.png)",
    "![x](https://evil.example/pixel.png)",
    r'<img src="/\evil.example/pixel.png">',
    r'<img src="\/evil.example/pixel.png">',
    r'<img src="\\evil.example/pixel.png">',
    '<img src="/\t/evil.example/pixel.png">',
    '<img src="/\n/evil.example/pixel.png">',
    '<img src="/\r\\evil.example/pixel.png">',
    '<img src="\t//evil.example/pixel.png">',
    '<img src="/&#9;/evil.example/pixel.png">',
    '<img src="/&#92;evil.example/pixel.png">',
    '<img src="/&#10;&#92;evil.example/pixel.png">',
    '<form action="/admin"><input name="act"></form>',
    '<p style="position:fixed" id="main" class="button">x</p>',
    "<base href=https://evil.example><meta http-equiv=refresh content=0>",
]


def html(preset: Preset, text: str) -> str:
    return str(preset.render(preset.parse(text)))


@pytest.mark.parametrize("preset", [LESSON, NOTEBOOK], ids=["lesson", "notebook"])
@pytest.mark.parametrize("text", HOSTILE)
def test_render_of_a_hostile_text_cannot_act(preset: Preset, text: str) -> None:
    made = html(preset, f"Before\n\n{text}\n\nAfter {text}")

    assert "Before" in made
    assert "After" in made
    assert not ACTS.search(made), made
    assert not re.search(r"<[^>]*evil\.example", made), made


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("<>[]()!\"'=/:#|-`* \nabdjscriptonsvgx&;\t"), max_size=100))
def test_render_of_any_text_has_only_the_tags_of_its_preset(text: str) -> None:
    for preset in (LESSON, NOTEBOOK):
        tags = set(re.findall(r"<([a-zA-Z]\w*)", html(preset, text)))

        assert tags <= preset.tags


def test_html_in_a_notebook_is_kept_and_in_a_lesson_shown_as_it_is_written() -> None:
    text = "H<sub>2</sub>O <kbd>Ctrl</kbd>"

    assert str(render_markdown(text)) == "<p>H<sub>2</sub>O <kbd>Ctrl</kbd></p>\n"
    assert html(LESSON, text) == "<p>H&lt;sub&gt;2&lt;/sub&gt;O &lt;kbd&gt;Ctrl&lt;/kbd&gt;</p>\n"


@pytest.mark.parametrize("preset", [LESSON, NOTEBOOK], ids=["lesson", "notebook"])
def test_wide_table_is_scrolled_with_keys_and_keeps_its_alignment(preset: Preset) -> None:
    made = html(preset, "| a | b |\n|---|--:|\n| 1 | 2 |")

    assert '<table tabindex="0">' in made
    assert '<td class="end">2</td>' in made


def test_picture_of_a_notebook_comes_from_itself() -> None:
    picture = "data:image/png;base64,iVBORw0KGgo="

    assert f'src="{picture}"' in render_markdown(f"![Chart]({picture})")
    assert 'class="language-python"' in render_markdown("```python\n1\n```")


@pytest.mark.parametrize(
    "address",
    ["/static/map.png", "/p/a b.png", "data:image/png;base64,iVBORw0KGgo=", "data:image/png;base64,iVBO\nRw0="],
)
def test_render_of_a_picture_from_here_or_in_the_text_keeps_it(address: str) -> None:
    assert f'src="{address}"' in html(NOTEBOOK, f'<img src="{address}" alt="x">')

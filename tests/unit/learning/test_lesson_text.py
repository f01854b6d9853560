"""Markdown of lessons: what comes out is clean, whatever goes in."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.learning.lesson_text import pictures, render


def html(text: str) -> str:
    return str(render(text, path="lessons/one.md", picture_url=lambda path: f"/p/{path}"))


def test_render_drops_the_title_and_lowers_other_first_headings():
    assert html("# Title\n\nText\n\n# Part\n\n## Detail") == "<p>Text</p>\n<h2>Part</h2>\n<h2>Detail</h2>\n"


def test_render_heading_that_is_not_first_stays():
    assert html("Text\n\n# Part") == "<p>Text</p>\n<h2>Part</h2>\n"


def test_render_picture_is_shown_by_our_own_address():
    assert html("![A map](../img/map.png)") == '<p><img src="/p/img/map.png" alt="A map" loading="lazy"></p>\n'


def test_render_link_elsewhere_opens_beside_and_tells_nobody_where_from():
    assert html("[a](https://example.org/x)") == (
        '<p><a href="https://example.org/x" target="_blank" rel="noopener noreferrer">a</a></p>\n'
    )


def test_render_table_keeps_its_alignment_as_a_class():
    made = html("| a | b |\n|---|--:|\n| 1 | 2 |")

    assert '<td class="end">2</td>' in made
    assert '<table tabindex="0">' in made
    assert "style" not in made


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "[x](javascript:alert(1))",
        "![x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        '<a href="https://a" onclick="b">c</a>',
        "<iframe src=https://a></iframe>",
        "```html\n<script>alert(1)</script>\n```",
    ],
)
def test_render_nothing_can_act(text):
    made = html(f"Before {text}\n\n{text}\n\nAfter")

    assert "Before" in made
    assert "After" in made
    assert not re.search(
        r"<(script|iframe|object|style)|<[^>]*\son\w+=|(href|src)=\"?(javascript|data):", made, re.IGNORECASE
    )


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("<>[]()!\"'=/:#|-`* \nabjspcriptonx"), max_size=80))
def test_render_of_any_text_has_only_known_tags(text):
    tags = set(re.findall(r"<([a-zA-Z]\w*)", html(text)))

    assert tags <= {
        *("p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "em"),
        *("strong", "s", "a", "img", "table", "thead", "tbody", "tr", "th", "td"),
    }


def test_pictures_are_named_from_the_course_folder():
    text = "![Map](../img/map.png) and ![](near.svg)\n\n> ![Far](https://example.org/a.png)"

    assert list(pictures(text, "lessons/one.md")) == [
        ("img/map.png", "Map"),
        ("lessons/near.svg", ""),
        ("https://example.org/a.png", "Far"),
    ]

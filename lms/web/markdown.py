"""Markdown from authors and pupils: markdown-it-py makes HTML of it, nh3 lets through what is harmless."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

__all__ = ["LESSON", "NOTEBOOK", "Preset", "Token", "render_markdown", "walk"]

_TEXT = frozenset({"p", "br", "hr", "ul", "ol", "li", "blockquote", "pre", "code", "em", "strong", "s", "a", "img"})
_TABLE = frozenset({"table", "thead", "tbody", "tr", "th", "td"})
_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
_RAW = frozenset({"dl", "dt", "dd", "sub", "sup", "figure", "figcaption", "details", "summary", "caption"})
_RAW_TEXT = frozenset({"h1", "div", "span", "kbd", "mark", "abbr"})
_SCROLLED = {"pre": {"tabindex": "0"}, "table": {"tabindex": "0"}}
"""What may be wider than a phone can be scrolled with keys (WCAG 2.1.1)."""
_ALIGNED = {"text-align:right": "end", "text-align:center": "center"}
_PICTURE = re.compile(r"/(?![/\\])[^\\\x00-\x1f\x7f]*\Z|data:image/(png|jpeg);base64,[A-Za-z0-9+/=\s]*\Z")
"""Where a picture may come from: us, or the text itself. Browsers read a backslash as a slash and leave tabs and line
ends out (https://url.spec.whatwg.org/#url-parsing), so that `/\\host` and `/<tab>/host` would be another site.
"""
_BLANK = re.compile(r"[\x00-\x20]+")
"""What browsers leave out when they read the scheme of an address."""
_PARSERS = {raw: MarkdownIt("commonmark", {"html": raw}).enable(["table", "strikethrough"]) for raw in (False, True)}


@dataclass(frozen=True, slots=True)
class Preset:
    """What a kind of text may hold. With `raw_html` HTML inside the Markdown is kept as far as it is harmless, else shown
    as it is written. `classes` maps a tag to what its class may begin with.
    """

    raw_html: bool
    tags: frozenset[str]
    attributes: Mapping[str, set[str]]
    classes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def parse(self, text: str) -> list[Token]:
        """What markdown-it-py makes of the text; may be changed before `render`."""
        return _PARSERS[self.raw_html].parse(text)

    def render(self, tokens: Sequence[Token]) -> Markup:
        """Safe HTML."""
        for token in walk(tokens):
            if token.type in ("th_open", "td_open") and (style := str(token.attrs.pop("style", ""))) in _ALIGNED:
                token.attrs["class"] = _ALIGNED[style]
        parser = _PARSERS[self.raw_html]
        return self.clean(parser.renderer.render(tokens, parser.options, {}))

    def clean(self, html: str) -> Markup:
        """What of this HTML is harmless: no scripts, styles, frames or forms; pictures from us or inline only."""
        return Markup(  # noqa: S704 - this is what nh3 is for
            nh3.clean(
                html,
                tags=set(self.tags),
                attributes={tag: set(names) for tag, names in self.attributes.items()},
                set_tag_attribute_values=_SCROLLED,
                url_schemes={"http", "https", "mailto", "data"},
                attribute_filter=self._harmless,
                link_rel="noopener noreferrer",
            )
        )

    def _harmless(self, tag: str, attribute: str, value: str) -> str | None:
        if attribute == "src":
            return value if _PICTURE.match(value) else None
        if attribute == "href":
            return None if _BLANK.sub("", value).lower().startswith("data:") else value
        if attribute == "class":
            return value if value.startswith(self.classes.get(tag, ())) else None
        return value


LESSON = Preset(
    raw_html=False,
    tags=_TEXT | _TABLE | _HEADINGS,
    attributes={
        "a": {"href", "title", "target"},
        "img": {"src", "alt", "title", "loading"},
        "ol": {"start"},
        "th": {"class"},
        "td": {"class"},
    },
    classes={"th": tuple(_ALIGNED.values()), "td": tuple(_ALIGNED.values())},
)
"""A page of a course, written for this tool."""

NOTEBOOK = Preset(
    raw_html=True,
    tags=_TEXT | _TABLE | _HEADINGS | _RAW | _RAW_TEXT,
    attributes={
        "a": {"href", "title"},
        "img": {"src", "alt", "title", "width", "height"},
        "th": {"class", "align", "colspan", "rowspan", "scope"},
        "td": {"class", "align", "colspan", "rowspan"},
        "code": {"class"},
        "ol": {"start"},
        "abbr": {"title"},
    },
    classes={"th": tuple(_ALIGNED.values()), "td": tuple(_ALIGNED.values()), "code": ("language-",)},
)
"""A notebook's text and what its code drew, as Jupyter would show them."""


def walk(tokens: Sequence[Token]) -> Iterator[Token]:
    """Every token with those inside it."""
    for token in tokens:
        yield token
        yield from walk(token.children or [])


def render_markdown(text: str) -> Markup:
    """Safe HTML of a notebook's text."""
    return NOTEBOOK.render(NOTEBOOK.parse(text))

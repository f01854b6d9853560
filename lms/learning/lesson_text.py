"""Lessons are Markdown written by people: markdown-it-py makes HTML of it, nh3 lets nothing dangerous through."""

import posixpath
from collections.abc import Callable, Iterator
from functools import lru_cache
from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

_TAGS = {
    *(
        "p",
        "br",
        "hr",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "li",
        "blockquote",
        "pre",
        "code",
        "em",
        "strong",
        "s",
    ),
    *("a", "img", "table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {
    "a": {"href", "title", "target"},
    "img": {"src", "alt", "title", "loading"},
    "ol": {"start"},
    "th": {"class"},
    "td": {"class"},
}
_SCROLLED = {"pre": {"tabindex": "0"}, "table": {"tabindex": "0"}}
"""What may be wider than a phone can be scrolled with keys (WCAG 2.1.1)."""
_SCHEMES = {"http", "https", "mailto"}
_ALIGNED = {"text-align:right": "end", "text-align:center": "center"}


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def render(text: str, *, path: str, picture_url: Callable[[str], str]) -> Markup:
    """Clean HTML of a lesson without its first heading, which is the step's title anyway.

    `path` is the lesson's in the course folder; `picture_url` gives the address of a picture by its path there.
    """
    tokens = _parser().parse(text)
    if tokens and tokens[0].type == "heading_open" and tokens[0].tag == "h1":
        del tokens[:3]
    for token in _all(tokens):
        _prepare(token, path, picture_url)
    html = _parser().renderer.render(tokens, _parser().options, {})
    return Markup(  # noqa: S704 - nh3 has just cleaned it
        nh3.clean(
            html,
            tags=_TAGS,
            attributes=_ATTRIBUTES,
            set_tag_attribute_values=_SCROLLED,
            url_schemes=_SCHEMES,
            link_rel="noopener noreferrer",
        )
    )


def pictures(text: str, path: str) -> Iterator[tuple[str, str]]:
    """(path in the course folder, alternative text) of each picture; an address elsewhere is given as it is."""
    for token in _all(_parser().parse(text)):
        if token.type == "image":
            yield _inside(path, str(token.attrs["src"])), token.content


def is_elsewhere(address: str) -> bool:
    """Whether an address leaves the course's folder for another host or for the root of this one."""
    parts = urlsplit(address)
    return bool(parts.scheme or parts.netloc) or address.startswith("/")


def _inside(path: str, address: str) -> str:
    if is_elsewhere(address):
        return address
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), address))


def _all(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _all(token.children or [])


def _prepare(token: Token, path: str, picture_url: Callable[[str], str]) -> None:
    if token.type == "image":
        token.attrs["src"] = picture_url(_inside(path, str(token.attrs["src"])))
        token.attrs["loading"] = "lazy"
    elif token.type == "link_open" and is_elsewhere(str(token.attrs["href"])):
        token.attrs["target"] = "_blank"  # in a platform's frame another site would not open at all
    elif token.tag == "h1":
        token.tag = "h2"
    elif token.type in ("th_open", "td_open") and (style := str(token.attrs.pop("style", ""))) in _ALIGNED:
        token.attrs["class"] = _ALIGNED[style]

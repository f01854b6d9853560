"""Lessons are Markdown written by people, with pictures and links within the course's folder."""

import posixpath
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from markupsafe import Markup

from lms.web.markdown import LESSON, Token, walk


def render(text: str, *, path: str, picture_url: Callable[[str], str]) -> Markup:
    """Clean HTML of a lesson without its first heading, which is the step's title anyway.

    `path` is the lesson's in the course folder; `picture_url` gives the address of a picture by its path there.
    """
    tokens = LESSON.parse(text)
    if tokens and tokens[0].type == "heading_open" and tokens[0].tag == "h1":
        del tokens[:3]
    for token in walk(tokens):
        _prepare(token, path, picture_url)
    return LESSON.render(tokens)


def pictures(text: str, path: str) -> Iterator[tuple[str, str]]:
    """(path in the course folder, alternative text) of each picture; an address elsewhere is given as it is."""
    for token in walk(LESSON.parse(text)):
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


def _prepare(token: Token, path: str, picture_url: Callable[[str], str]) -> None:
    if token.type == "image":
        token.attrs["src"] = picture_url(_inside(path, str(token.attrs["src"])))
        token.attrs["loading"] = "lazy"
    elif token.type == "link_open" and is_elsewhere(str(token.attrs["href"])):
        token.attrs["target"] = "_blank"  # in a platform's frame another site would not open at all
    elif token.tag == "h1":
        token.tag = "h2"

"""Markdown from authors and people: markdown-it-py makes HTML, nh3 lets through what is harmless."""

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_MARKDOWN = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable(["table", "strikethrough"])
_TAGS = {
    *("h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "ul", "ol", "li", "dl", "dt", "dd", "blockquote"),
    *("pre", "code", "em", "strong", "s", "sub", "sup", "a", "img", "figure", "figcaption", "details", "summary"),
    *("table", "thead", "tbody", "tr", "th", "td", "caption", "div", "span", "kbd", "mark", "abbr"),
}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "th": {"align", "colspan", "rowspan", "scope"},
    "td": {"align", "colspan", "rowspan"},
    "code": {"class"},
    "ol": {"start"},
    "abbr": {"title"},
}


def render_markdown(text: str) -> Markup:
    """Safe HTML."""
    return clean_html(_MARKDOWN.render(text))


def clean_html(html: str) -> Markup:
    """What of this HTML is harmless: no scripts, no styles, no frames, no forms; pictures from us or inline only."""
    return Markup(  # noqa: S704 - this is what nh3 is for
        nh3.clean(
            html,
            tags=_TAGS,
            attributes=_ATTRIBUTES,
            url_schemes={"http", "https", "mailto", "data"},
            attribute_filter=_harmless,
            link_rel="noopener noreferrer",
        )
    )


def _harmless(tag: str, attribute: str, value: str) -> str | None:
    if tag == "img" and attribute == "src":
        return (
            value
            if not value.startswith("//")
            and value.startswith(("/", "data:image/png;base64,", "data:image/jpeg;base64,"))
            else None
        )
    if attribute == "href" and value.startswith("data:"):
        return None
    if attribute == "class" and not value.startswith("language-"):
        return None
    return value

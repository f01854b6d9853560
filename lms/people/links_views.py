"""Links just made, shown this once: as a list to copy, or as a sheet to print and cut."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import segno
from flask import render_template
from markupsafe import Markup

from lms.people.invitations import Invitation
from lms.people.visitor import settings


@dataclass(frozen=True, slots=True)
class ShownLink:
    """What the templates need of a link."""

    display_name: str
    url: str
    known_login: str | None
    expires_at: datetime

    @property
    def qr(self) -> Markup:
        """The address as an inline SVG that fills its box: no style, no script."""
        code = segno.make(self.url, error="m", micro=False)
        return Markup(code.svg_inline(omitsize=True, svgclass=None, lineclass=None))  # noqa: S704 - segno's own output


def show_links(made: Sequence[Invitation], *, title: str, back_url: str, as_sheet: bool) -> str:
    """The page that answers the POST which made them; loading it again makes new ones."""
    address = settings().tool_public_url
    links = [
        ShownLink(one.display_name, f"{address}/welcome/{one.token}", one.known_login, one.expires_at) for one in made
    ]
    template = "people/invitation_sheet.html" if as_sheet else "people/links.html"
    return render_template(template, invitations=links, title=title, back_url=back_url)

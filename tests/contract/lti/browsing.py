"""A browser without scripts: follows redirects, keeps cookies apart by host, presses the one button of a page."""

from dataclasses import dataclass, field
from http.cookiejar import Cookie
from typing import Any

import requests
from lxml import html
from requests.cookies import RequestsCookieJar

SECONDS = 30


class LoopbackJar(RequestsCookieJar):
    """Keeps Secure cookies of loopback hosts for http, as real browsers do."""

    def set_cookie(self, cookie: Cookie, *arguments: Any, **more: Any) -> None:
        cookie.secure = False
        super().set_cookie(cookie, *arguments, **more)


def _session() -> requests.Session:
    session = requests.Session()
    session.cookies = LoopbackJar()
    session.headers.update({"Accept": "text/html", "Accept-Language": "ru"})
    return session


@dataclass(frozen=True, slots=True)
class Form:
    """What a page would post, and where."""

    action: str
    fields: dict[str, str]


@dataclass(slots=True)
class Browser:
    """One person at one computer."""

    session: requests.Session = field(default_factory=_session)

    def get(self, url: str) -> requests.Response:
        return self.session.get(url, timeout=SECONDS)

    def post(self, form: Form, *, follow: bool = True) -> requests.Response:
        return self.session.post(form.action, data=form.fields, timeout=SECONDS, allow_redirects=follow)

    def sign_in_to(self, school: str, person_id: str) -> None:
        answer = self.session.post(f"{school}/sign-in", data={"person": person_id}, timeout=SECONDS)
        assert answer.url == f"{school}/course"

    def launch_form(self, school: str, link_id: str) -> Form:
        """Click a link of the school's course; returns the signed message that is about to be posted to the tool."""
        return form_of(self.get(f"{school}/start/{link_id}"))


def form_of(answer: requests.Response, field: str = "") -> Form:
    """The only form of a page; with `field` the only one that has it."""
    assert answer.status_code == 200, answer.text
    (found,) = [form for form in html.fromstring(answer.content).forms if not field or field in form.fields]
    return Form(found.action, dict(found.fields))

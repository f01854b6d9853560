"""The school's pages: who are you, the course, the gradebook."""

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, session
from sqlalchemy import select
from werkzeug.wrappers import Response

from lms_demo_platform.language import LOCALES, THEMES
from lms_demo_platform.links import find_link, list_links
from lms_demo_platform.refusals import Refusal
from lms_demo_platform.school import PEOPLE, Link, SchoolPerson, find_person, list_pupils
from lms_demo_platform.site import school, signed_in
from lms_demo_platform.tables import Grade, LineItem

bp = Blueprint("pages", __name__)
YEAR_SECONDS = 365 * 86_400


@dataclass(frozen=True, slots=True)
class Row:
    """A pupil and their grades, one place per column."""

    person: SchoolPerson
    grades: list[Grade | None]


@bp.before_request
def _own_forms_only() -> None:
    """Browsers say where a form comes from; one of another site may not act here."""
    source = request.headers.get("Origin")
    if request.method == "POST" and source is not None and source != school().config.public_url:
        raise Refusal(403, "forbidden", "This form comes from another site.")


@bp.get("/")
def home() -> str | Response:
    """Who are you? One click, since everybody here is invented."""
    return redirect("/course") if signed_in() else render_template("school/home.html", people=PEOPLE)


@bp.post("/sign-in")
def sign_in() -> Response:
    person = find_person(request.form.get("person", ""))
    if person is None:
        raise Refusal(400, "bad_request", "There is no such person at the school.")
    session["person"] = person.id
    return redirect("/course")


@bp.post("/sign-out")
def sign_out() -> Response:
    session.clear()
    return redirect("/")


@bp.get("/course")
def course() -> str | Response:
    """The course's links to the tool."""
    if not signed_in():
        return redirect("/")
    with school().sessions() as db:
        return render_template("school/course.html", links=list_links(db))


@bp.get("/course/<link_id>")
def framed(link_id: str) -> str | Response:
    """The tool inside our page."""
    with school().sessions() as db:
        link = find_link(db, link_id)
    if link is None:
        raise Refusal(404, "not_found", "There is no such link in the course.")
    return render_template("school/framed.html", link=link) if signed_in() else redirect("/")


@bp.get("/gradebook")
def gradebook() -> str | Response:
    """A teacher sees everybody, a pupil their own row."""
    person = signed_in()
    if person is None:
        return redirect("/")
    pupils = list_pupils() if person.is_teacher else [person]
    columns, rows = _grades(pupils)
    return render_template("school/gradebook.html", columns=columns, rows=rows)


@bp.post("/preferences")
def preferences() -> Response:
    """Language and theme, in cookies."""
    back = request.form.get("back", "/")
    answer = redirect(back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/")
    for name, allowed in (("locale", LOCALES), ("theme", THEMES)):
        value = request.form.get(name, "")
        if value in allowed:
            answer.set_cookie(name, value, max_age=YEAR_SECONDS, samesite="Lax")
    return answer


def _grades(pupils: list[SchoolPerson]) -> tuple[list[tuple[LineItem, Link | None]], list[Row]]:
    with school().sessions() as db:
        items = list(db.scalars(select(LineItem).order_by(LineItem.id)))
        known = {(grade.person_id, grade.line_item_id): grade for grade in db.scalars(select(Grade))}
        links = {link.id: link for link in list_links(db)}
    columns = [(item, links.get(item.link_id or "")) for item in items]
    rows = [Row(pupil, [known.get((pupil.id, item.id)) for item in items]) for pupil in pupils]
    return columns, rows

"""Pages of the participant: start, catalogue, course, lesson."""

from pathlib import PurePosixPath

from flask import Blueprint, flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from lms import registries
from lms.clock import now
from lms.completion.permissions import CONFIRM
from lms.courses import service as courses
from lms.courses.content import CourseContent
from lms.courses.kinds import Step
from lms.courses.models import CourseRun
from lms.courses.periods import Phase
from lms.courses.permissions import CHOOSE, VIEW_ANY
from lms.courses.run_links import asked_run, stay_in_run
from lms.errors import NotFound
from lms.grading.permissions import SEE
from lms.learning import items, service
from lms.learning.access import enter_place, get_place
from lms.learning.home import home as start_page
from lms.learning.lesson_kind import PICTURES, LessonKind
from lms.learning.lesson_text import render
from lms.learning.progress import step_url
from lms.people.visitor import get_actor
from lms.web.access import SIGNED_IN, Visitor, needs
from lms.web.cards import Cards
from lms.web.locale import pick
from lms.web.unit import reading, unit_of_work

learning = Blueprint("learning", __name__)
catalogue = Blueprint("catalogue", __name__)

PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""A picture opened by itself (SVG may hold scripts) runs nothing."""
PICTURE_SECONDS = 3600


@learning.get("/")
@needs(SIGNED_IN)
def home() -> str:
    """What to do next. Whoever is not yet in a course that is theirs by rule is let in first."""
    actor = get_actor()
    if courses.missing_mandatory(reading(), actor.person_id, at=now()):
        with unit_of_work() as session:
            courses.enrol_mandatory(session, actor.person_id, at=now())
    session = reading()
    page = start_page(session, actor.person_id, at=now())
    return render_template(
        "learning/home.html",
        **items.home_context(page),
        cards=_cards(session, actor),
        catalogue_url=url_for("catalogue.electives") if actor.may(CHOOSE.name) else None,
    )


def _cards(session: Session, visitor: Visitor) -> list[Markup]:
    """What other rooms and plugins have to say to this visitor."""
    shown = []
    for card in sorted(registries.of(session).get(Cards), key=lambda card: card.order):
        if card.needs != SIGNED_IN and not visitor.may(card.needs):
            continue
        context = card.context(session, visitor)
        if context is not None:
            shown.append(Markup(render_template(card.template, **context)))  # noqa: S704 - a template's own output
    return shown


@catalogue.get("/courses")
@needs(CHOOSE.name)
def electives() -> str:
    """Electives to choose from."""
    found = service.catalogue(reading(), get_actor().person_id, at=now())
    return render_template("learning/catalogue.html", electives=[items.elective_item(each) for each in found])


@catalogue.get("/courses/all")
@needs(VIEW_ANY.name)
def all_courses() -> str:
    """Every course, for those who accompany participants."""
    found = service.given_courses(reading(), by=get_actor(), at=now())
    return render_template(
        "learning/courses.html",
        courses=[items.given_item(given) for given in found if given.phase is not Phase.OVER],
        over=[items.given_item(given) for given in found if given.phase is Phase.OVER],
    )


@learning.get("/courses/<slug>")
@needs(SIGNED_IN)
def course(slug: str) -> str:
    """A course: its steps and what is missing."""
    actor, session = get_actor(), reading()
    at = now()
    place = get_place(session, slug, by=actor, at=at, code=asked_run())
    page = service.course_page(session, place, by=actor, at=at)
    return render_template(
        "learning/course.html",
        **items.course_context(page, may_confirm=actor.may(CONFIRM.name), may_follow=actor.may(SEE.name)),
    )


@learning.post("/courses/<slug>/join")
@needs(CHOOSE.name)
def join(slug: str) -> Response:
    """Choose an elective."""
    with unit_of_work() as session:
        run = service.join(session, slug, by=get_actor(), at=now(), code=asked_run())
        title = pick(courses.content_of(session, run).title)
    flash(_("You have chosen %(title)s.", title=title), "success")
    return redirect(url_for("learning.course", slug=slug))


@learning.post("/courses/<slug>/leave")
@needs(CHOOSE.name)
def leave(slug: str) -> Response:
    """Give the seat of an elective back."""
    with unit_of_work() as session:
        run = service.leave(session, slug, by=get_actor(), at=now(), code=asked_run())
        title = pick(courses.content_of(session, run).title)
    flash(_("You have given back your seat in %(title)s. What you did there is kept.", title=title), "success")
    return redirect(url_for("catalogue.electives"))


@learning.get("/courses/<slug>/lessons/<step_id>")
@needs(SIGNED_IN)
def lesson(slug: str, step_id: str) -> str:
    """A lesson to read."""
    actor, session = get_actor(), reading()
    place = enter_place(session, slug, by=actor, at=now(), code=asked_run())
    step = place.content.get_step(step_id, kind=LessonKind.name)
    path = pick(step.data["file"])
    text = courses.read_file(session, place.run, path).decode("utf-8-sig")
    states = LessonKind().states(session, actor.person_id, place.run.id, [step]) if place.is_enrolled else {}
    before, after = _neighbours(session, place.run, place.content, step)
    return render_template(
        "learning/lesson.html",
        course={"title": pick(place.content.title), "url": url_for("learning.course", slug=slug)},
        lesson={
            "title": pick(step.title),
            "minutes": step.minutes,
            "body": render(
                text,
                path=path,
                picture_url=lambda name: url_for("learning.picture", slug=slug, step_id=step_id, path=name),
            ),
            "is_read": step.id in states and states[step.id].state == "done",
            "position": place.content.steps.index(step) + 1,
            "total": len(place.content.steps),
        },
        read_url=url_for("learning.read", slug=slug, step_id=step_id)
        if place.is_enrolled and not place.is_over
        else None,
        previous=before,
        next=after,
    )


def _neighbours(
    session: Session, run: CourseRun, content: CourseContent, step: Step
) -> tuple[tuple[str, str] | None, tuple[str, str] | None]:
    """(title, url) of the steps before and after."""
    position = content.steps.index(step)
    around = [
        content.steps[place] if 0 <= place < len(content.steps) else None for place in (position - 1, position + 1)
    ]
    links = [
        (pick(other.title), stay_in_run(url))
        if other is not None and (url := step_url(session, run.id, other))
        else None
        for other in around
    ]
    return links[0], links[1]


@learning.post("/courses/<slug>/lessons/<step_id>/read")
@needs(SIGNED_IN)
def read(slug: str, step_id: str) -> Response:
    """The participant has read the lesson; on to the next step."""
    at = now()
    with unit_of_work() as session:
        done = service.mark_read(session, slug, step_id, by=get_actor(), at=at, code=asked_run())
        step = done.place.content.get_step(step_id)
        after = _neighbours(session, done.place.run, done.place.content, step)[1]
    if done.is_completed_now:
        flash(_("The course is completed. Well done!"), "success")
        return redirect(url_for("learning.course", slug=slug))
    return redirect(after[1] if after else url_for("learning.course", slug=slug))


@learning.get("/courses/<slug>/lessons/<step_id>/pictures/<path:path>")
@needs(SIGNED_IN)
def picture(slug: str, step_id: str, path: str) -> Response:
    """A picture that this lesson shows; no other file of the course."""
    session = reading()
    place = enter_place(session, slug, by=get_actor(), at=now(), code=asked_run())
    step = place.content.get_step(step_id, kind=LessonKind.name)
    if path not in step.data["pictures"]:
        raise NotFound
    answer = make_response(courses.read_file(session, place.run, path))
    answer.mimetype = PICTURES[PurePosixPath(path).suffix.lower()]
    answer.headers["Content-Security-Policy"] = PICTURE_POLICY
    answer.headers["Cache-Control"] = f"private, max-age={PICTURE_SECONDS}"
    return answer

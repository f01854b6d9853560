"""Every page of the running demo with who may look at it, from the route table: a new page that nobody visits fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select

from lms.app import create_app
from lms.database import Database
from lms.grading.models import Attempt, CellGrade
from lms.jobs.engine import Engine as JobEngine
from lms.lti.models import Consumer, Registration, Roster
from lms.people.models import Person, TutorGroup
from lms.settings import Settings
from tests.e2e.story.demo import Demo

NO_PAGES = frozenset(
    {
        "components.show",  # every macro, for developers; its macros are what the pages are made of
        "grading.graded",  # a document inside another page's frame, looked at with that page
        "grading.handout",
        "grading.submitted",
        "health.alive",
        "health.ready",
        "learning.picture",
        "lti.jwks",
        "lti.login",
        "lti_choice.choose",  # needs a platform's request: tests of picking look at it
        "metrics.show",
        "notebooks.open_notebook",
        "notebooks_api.assignments",
        "notebooks_api.feedback",
        "notebooks_api.handed_out",
        "notebooks_api.list_submissions",
        "oauth.authorize",
        "oauth.userinfo",
        "participants.export",
        "people.welcome",  # needs a fresh one-use link: tests of people look at it
        "people_admin.imported",  # needs an import: tests of people look at it
        "people_admin.preview_list",  # needs an uploaded list: tests of people look at it
        "skillfolio.export_mine",
        "web.static",
    }
)
"""Routes of GET that answer with files, data or redirects, and three that need something made first."""


@dataclass(frozen=True, slots=True)
class Place:
    """A page: whose, and where."""

    endpoint: str
    role: str | None
    path: str


def page_endpoints(demo: Demo) -> set[str]:
    """Every route that a browser may GET, without `NO_PAGES`."""
    with _opened(demo) as (app_rules, _database):
        return {endpoint for endpoint in app_rules if endpoint not in NO_PAGES}


def list_places(demo: Demo) -> list[Place]:
    """One address for each page, with ids of what the demo holds."""
    with _opened(demo) as (_rules, database), database.reading() as session:
        released = session.scalars(select(Attempt.id).where(Attempt.state == "released")).first()
        answer = session.scalars(
            select(CellGrade.id)
            .join(CellGrade.attempt)
            .where(CellGrade.needs_person, CellGrade.manual_score.is_(None), Attempt.state == "needs_person")
        ).first()
        anna = session.scalars(select(Person.id).where(Person.display_name == "Анна Шилова")).one()
        group = session.scalars(select(TutorGroup.id).where(TutorGroup.title == "Кама")).one()
        other = session.scalars(select(TutorGroup.id).where(TutorGroup.title != "Кама")).first()
        roster = session.scalars(select(Roster.id)).first()
        platform = session.scalars(select(Registration.id)).one()
        consumer = session.scalars(select(Consumer.id)).one()
    assert roster is not None, "nobody has come from the school yet"
    assert released is not None, "the demo's tutors have released nothing yet"
    assert answer is not None, "no answer waits in the demo"
    course = "/courses/data-for-everyone"
    return [
        Place("people.sign_in", None, "/sign-in"),
        Place("learning.home", "participant", "/"),
        Place("catalogue.electives", "participant", "/courses"),
        Place("learning.course", "participant", course),
        Place("learning.lesson", "participant", f"{course}/lessons/tables"),
        Place("grading.assignment", "participant", f"{course}/assignments/population"),
        Place("skillfolio.mine", "participant", "/skillfolio"),
        Place("notices.show", "participant", "/notices"),
        Place("people.account", "participant", "/account"),
        Place("grading.feedback", "admin", f"/work/{released}/feedback"),
        Place("desk.inbox", "admin", "/desk"),
        Place("desk.answer", "admin", f"/desk/answers/{answer}"),
        Place("criteria.listed", "tutor", "/desk/criteria"),
        Place("catalogue.all_courses", "tutor", "/courses/all"),
        Place("participants.listed", "tutor", f"{course}/participants"),
        Place("groups.index", "tutor", "/groups"),
        Place("groups.show", "tutor", f"/groups/{group}"),
        Place("skillfolio.of_person", "admin", f"/skillfolio/{anna}"),
        Place("admin.index", "admin", "/admin"),
        Place("admin.show_jobs", "admin", "/admin/jobs"),
        Place("lti_admin.show", "admin", "/admin/platforms"),
        Place("lti_platform.add", "admin", "/admin/platforms/new"),
        Place("lti_platform.show", "admin", f"/admin/platforms/{platform}"),
        Place("lti_platform.edit", "admin", f"/admin/platforms/{platform}/edit"),
        Place("lti_consumer.add", "admin", "/admin/platforms/consumers/new"),
        Place("lti_consumer.show", "admin", f"/admin/platforms/consumers/{consumer}"),
        Place("lti_consumer.edit", "admin", f"/admin/platforms/consumers/{consumer}/edit"),
        Place("lti_rosters.index", "admin", "/admin/rosters"),
        Place("lti_rosters.show", "admin", f"/admin/rosters/{roster}"),
        Place("people_admin.index", "admin", "/admin/people"),
        Place("people_admin.add", "admin", "/admin/people/new"),
        Place("people_admin.person", "admin", f"/admin/people/{anna}"),
        Place("people_admin.list_groups", "admin", "/admin/people/groups"),
        Place("people_admin.group", "admin", f"/admin/people/groups/{other}"),
        Place("people_admin.import_list", "admin", "/admin/people/import"),
        Place("people_admin.list_audit", "admin", "/admin/people/audit"),
    ]


@contextmanager
def _opened(demo: Demo) -> Iterator[tuple[list[str], Database]]:
    """The demo's route table and database, seen from here."""
    app = create_app(Settings(state_dir=demo.state_dir, demo=True))
    database: Database = app.extensions["lms.database"]
    try:
        yield [rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())], database
    finally:
        app.extensions["lms.registries"].get_existing(JobEngine).close()
        database.engine.dispose()

"""Courses for tests: folders written to disk and brought in by the product's own use cases."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from lms import ledger
from lms.clock import now
from lms.courses import service
from lms.courses.content import PlannedRun
from lms.courses.kinds import ActivityKinds, Problem, State, Step, StepState, unknown_fields
from lms.courses.models import CourseRun
from lms.courses.room import ACTIVITY_SCORED
from lms.courses.subjects import activity_subject, step_of
from lms.database import Database
from lms.ledger import NewFact

DEFAULT_STEPS = ("lesson:intro", "quest:dig", "lesson:outro")


class QuestKind:
    """A kind of step that is scored and is no assignment: what any room or plugin could bring."""

    name = "quest"
    label = "Quest"
    icon = "compass"
    is_scored = True

    def parse(self, table: Mapping[str, Any], folder: Path) -> tuple[dict[str, Any], list[str], list[Problem]]:
        return {}, [], unknown_fields(table, ())

    def url(self, run_id: UUID, step: Step) -> str:
        return f"/quests/{step.id}"

    def states(self, session: Session, person_id: UUID, run_id: UUID, steps: Sequence[Step]) -> dict[str, StepState]:
        facts = ledger.list_facts(session, person_id, course_run_id=run_id, kinds=[ACTIVITY_SCORED])
        done = {step_of(fact.subject) for fact in facts}
        return {step.id: StepState(State.DONE if step.id in done else State.TODO) for step in steps}


def know_quests(database: Database) -> None:
    """Register the kind with this application."""
    database.registries.get(ActivityKinds).add(QuestKind())


def write_course(
    parent: Path,
    slug: str = "maths",
    *,
    kind: str = "mandatory",
    steps: Sequence[str] = DEFAULT_STEPS,
    head: str = "",
    step_fields: Mapping[str, str] | None = None,
    rule: str = "",
    run: str = "",
    criteria: Sequence[str] = (),
) -> Path:
    """A folder; `steps` are `kind:id`. `head` goes into [course], `step_fields` by id into [[steps]].

    `rule` is the body of [completion]; without it every step has to be done. `run` is the body of [run];
    `criteria` are those that the rule names by_person.
    """
    folder = parent / slug
    (folder / "lessons").mkdir(parents=True, exist_ok=True)
    tables = []
    for each in steps:
        step_kind, _, step_id = each.partition(":")
        file = ""
        if step_kind == "lesson":
            (folder / f"lessons/{step_id}.md").write_text(
                f"# {step_id}\n\nThe *text* of {step_id}.\n", encoding="utf-8"
            )
            file = f'file = {{ ru = "lessons/{step_id}.md" }}\n'
        fields = (step_fields or {}).get(step_id, "")
        tables.append(
            f'[[steps]]\nkind = "{step_kind}"\nid = "{step_id}"\ntitle = {{ en = "Step {step_id}" }}\nminutes = 10\n{file}{fields}\n'
        )
    ids = [each.partition(":")[2] for each in steps]
    body = rule or "all = [" + ", ".join(f'{{ activity = "{step_id}" }}' for step_id in ids) + "]"
    (folder / "course.toml").write_text(
        f'[course]\nkind = "{kind}"\ntitle = {{ en = "Course {slug}" }}\nsummary = {{ en = "About {slug}." }}\nhours = 3\n{head}\n\n'
        + (f"[run]\n{run}\n\n" if run else "")
        + "\n".join(tables)
        + "".join(f'\n[[criteria]]\nid = "{each}"\ntitle = {{ en = "Criterion {each}" }}\n' for each in criteria)
        + f"\n[completion]\n{body}\n",
        encoding="utf-8",
    )
    return folder


def sync(database: Database, folder: Path, *, code: str | None = None) -> CourseRun:
    """Bring the folder in."""
    with database.writing() as session:
        return service.sync(session, service.load(session, folder), at=now(), code=code).run


def give(database: Database, folder: Path, code: str, *, starts: datetime, ends: datetime | None = None) -> CourseRun:
    """One more run of the course, from one moment to another."""
    with database.writing() as session:
        planned = PlannedRun(code, starts, ends)
        return service.open_next(session, service.load(session, folder), planned, at=now()).run


def enrol(database: Database, run: CourseRun, person_id: UUID) -> None:
    """Let a person in."""
    with database.writing() as session:
        service.enrol(session, run.id, person_id, source="admin", at=now())


def score(
    database: Database,
    run: CourseRun,
    person_id: UUID,
    step_id: str,
    points: str,
    *,
    maximum: str = "10",
    generation: int = 1,
    **more: str,
) -> UUID:
    """Release a score; returns the fact's id."""
    with database.writing() as session:
        fact = ledger.append(
            session,
            NewFact(
                key=f"{ACTIVITY_SCORED}:{run.id.hex}:{step_id}:{person_id.hex}:{generation}",
                kind=ACTIVITY_SCORED,
                person_id=person_id,
                subject=activity_subject(run.slug, step_id),
                course_run_id=run.id,
                value={"score": points, "max": maximum, "generation": generation, "step": step_id, **more},
                at=now(),
                source="tests",
            ),
        )
        return fact.id

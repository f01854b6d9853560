"""The activity kind `lesson`: a text to read, in Markdown, one file a language."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from lms import ledger
from lms.courses.content import LANGUAGES
from lms.courses.kinds import Problem, State, Step, StepState, did_you_mean, unknown_fields
from lms.courses.subjects import step_of
from lms.errors import N_
from lms.learning.lesson_text import is_elsewhere, pictures

READ = "lesson.read"
PICTURES = {
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
}
"""The pictures that a lesson may show, by suffix, and their media types."""
_EXAMPLE = 'For example: file = { ru = "lessons/01.ru.md", en = "lessons/01.en.md" }'


class LessonKind:
    """`data` of its steps: `file` (path by language) and `pictures` (paths), all inside the course folder."""

    name = "lesson"
    label = N_("Lesson")
    icon = "book-open"
    is_scored = False

    def parse(self, table: Mapping[str, Any], folder: Path) -> tuple[dict[str, Any], list[str], list[Problem]]:
        """A field of its own: `file`, a table of paths by language."""
        problems = unknown_fields(table, {"file"})
        named = table.get("file")
        if not isinstance(named, Mapping) or not named:
            return {}, [], [*problems, Problem("", "file", f"A lesson needs its text. {_EXAMPLE}")]
        texts: dict[str, str] = {}
        shown: dict[str, None] = {}
        for language, path in named.items():
            try:
                text = _read(folder, str(language), path)
            except _Wrong as wrong:
                problems.append(wrong.problem)
                continue
            texts[str(language)] = str(path)
            complaints, found = _check_pictures(folder, str(path), text)
            problems += complaints
            shown.update(dict.fromkeys(found))
        return {"file": texts, "pictures": list(shown)}, [*texts.values(), *shown], problems

    def url(self, run_id: UUID, step: Step) -> str:
        """The lesson's page."""
        return f"/courses/{step.course}/lessons/{step.id}"

    def states(self, session: Session, person_id: UUID, run_id: UUID, steps: Sequence[Step]) -> dict[str, StepState]:
        """One query: the facts of what was read."""
        facts = ledger.list_facts(session, person_id, course_run_id=run_id, kinds=[READ])
        read = {step_of(fact.subject) for fact in facts}
        return {step.id: _state(is_read=step.id in read) for step in steps}

    def states_of_many(
        self, session: Session, person_ids: Collection[UUID], run_id: UUID, steps: Sequence[Step]
    ) -> dict[UUID, dict[str, StepState]]:
        """One query, however many persons."""
        facts = ledger.list_facts_of_run(session, run_id, person_ids, kinds=[READ])
        read = {(fact.person_id, step_of(fact.subject)) for fact in facts}
        return {
            person_id: {step.id: _state(is_read=(person_id, step.id) in read) for step in steps}
            for person_id in person_ids
        }


def _state(*, is_read: bool) -> StepState:
    return StepState(State.DONE if is_read else State.TODO)


class _Wrong(Exception):
    """A text that can't be read."""

    def __init__(self, field: str, text: str, *, file: str = "") -> None:
        super().__init__(text)
        self.problem = Problem(file, field, text)


def _read(folder: Path, language: str, path: object) -> str:
    """The text in one language."""
    field = f"file.{language}"
    if language not in LANGUAGES:
        raise _Wrong(field, f"{language!r} is no language we know. Write ru or en.")
    if not isinstance(path, str):
        raise _Wrong(field, f"Give the path of a file. {_EXAMPLE}")
    place = (folder / path).resolve()
    if not place.is_relative_to(folder.resolve()):
        raise _Wrong(field, "The file is outside the course's folder. Copy it inside.")
    if not place.is_file():
        there = [str(file.relative_to(folder)) for file in folder.glob("lessons/**/*.md")]
        raise _Wrong(field, f"There is no file {path!r}. {did_you_mean(path, there)}")
    try:
        text = place.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise _Wrong("", "The file is not in UTF-8. Save it in that encoding.", file=path) from None
    if not text.strip():
        raise _Wrong("", "The lesson is empty. Write its text.", file=path)
    return text


def _check_pictures(folder: Path, path: str, text: str) -> tuple[list[Problem], list[str]]:
    problems: list[Problem] = []
    shown: list[str] = []
    for picture, words in pictures(text, path):
        complaint = None
        if is_elsewhere(picture):
            complaint = "Pictures of other sites are not shown. Copy it into the course's folder."
        elif picture.startswith("../"):
            complaint = "The picture is outside the course's folder. Copy it inside."
        elif Path(picture).suffix.lower() not in PICTURES:
            complaint = f"Use one of {', '.join(sorted(PICTURES))}."
        elif not (folder / picture).is_file():
            complaint = "There is no such file. Add it, or mend its name."
        elif not words.strip():
            complaint = "Say in a few words what it shows, for those who can't see it: ![words](picture.png)."
        if complaint is None:
            shown.append(picture)
        else:
            problems.append(Problem(path, "", f"Picture {picture!r}: {complaint}", _line(text, picture)))
    return problems, shown


def _line(text: str, picture: str) -> int | None:
    name = picture.rpartition("/")[2]
    return next((number for number, line in enumerate(text.splitlines(), 1) if name in line), None)

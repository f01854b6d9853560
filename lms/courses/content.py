"""What a course is: the tables of course.toml as pydantic models, and the value that the rest of the product reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from lms.courses.kinds import Criterion, Step
from lms.errors import NotFound
from lms.ledger.subjects import Skill

LANGUAGES = ("ru", "en")
ID_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"


def _language(code: str) -> str:
    if code not in LANGUAGES:
        raise PydanticCustomError("language", "write ru or en")
    return code


Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
Texts = Annotated[dict[Annotated[str, AfterValidator(_language)], Sentence], Field(min_length=1)]
"""A text by language; one language is enough, the other is shown in its place."""
RUN_CODE_PATTERN = r"^[A-Za-z0-9]+([._-][A-Za-z0-9]+)*$"
RUN_CODE_LENGTH = 40
RunCode = Annotated[str, StringConstraints(pattern=RUN_CODE_PATTERN, max_length=RUN_CODE_LENGTH)]
Identifier = Annotated[str, StringConstraints(pattern=ID_PATTERN, max_length=60)]


class SkillTable(BaseModel):
    """[[course.skills]]"""

    model_config = ConfigDict(extra="forbid")

    id: Identifier = Field(examples=['id = "data-literacy"'])
    title: Texts = Field(examples=['title = { ru = "Работа с данными", en = "Data literacy" }'])


class CourseTable(BaseModel):
    """[course]"""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["mandatory", "elective"] = Field(examples=['kind = "elective"'])
    title: Texts = Field(examples=['title = { ru = "Данные", en = "Data" }'])
    summary: Texts = Field(examples=['summary = { ru = "О чём курс.", en = "What it is about." }'])
    hours: int = Field(ge=0, le=2000, strict=True, examples=["hours = 12"])
    seats: int | None = Field(default=None, ge=1, le=1_000_000, strict=True, examples=["seats = 30"])
    cohorts: list[Annotated[str, StringConstraints(min_length=1, max_length=40)]] | None = Field(
        default=None, min_length=1, examples=['cohorts = ["2026"]']
    )
    skills: list[SkillTable] = Field(default_factory=list, max_length=50)

    @field_validator("seats")
    @classmethod
    def _seats(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value is not None and info.data.get("kind") == "mandatory":
            raise PydanticCustomError("seats", "A mandatory course has a seat for everybody: remove this line")
        return value

    @field_validator("cohorts")
    @classmethod
    def _cohorts(cls, value: list[str] | None, info: ValidationInfo) -> list[str] | None:
        if value is not None and info.data.get("kind") == "elective":
            raise PydanticCustomError("cohorts", "Everybody may choose an elective: remove this line")
        return value


class StepTable(BaseModel):
    """[[steps]]: what every kind has; the rest belongs to the kind."""

    model_config = ConfigDict(extra="allow")

    kind: str = Field(examples=['kind = "lesson"'])
    id: Identifier = Field(examples=['id = "why-data"'])
    title: Texts = Field(examples=['title = { ru = "Зачем данные", en = "Why data" }'])
    minutes: int = Field(ge=1, le=6000, strict=True, examples=["minutes = 30"])
    weight: Decimal = Field(default=Decimal(1), ge=0, le=1000, examples=["weight = 2"])
    due_days: int | None = Field(default=None, ge=0, le=3650, strict=True, examples=["due_days = 21"])


def _day(value: object) -> date:
    """A day, or a moment with its zone."""
    if isinstance(value, datetime) and value.tzinfo is None:
        raise PydanticCustomError("zone", "A moment needs its zone")
    if not isinstance(value, date):
        raise PydanticCustomError("day", "Write a day without quotes")
    return value


Day = Annotated[Any, AfterValidator(_day)]


class RunTable(BaseModel):
    """[run]: which run of the course this folder is, and when it is given."""

    model_config = ConfigDict(extra="forbid")

    code: RunCode = Field(examples=['code = "2026"'])
    starts: Day = Field(default=None, examples=["starts = 2026-09-01"])
    ends: Day = Field(default=None, examples=["ends = 2027-05-31"])

    @field_validator("ends")
    @classmethod
    def _ends(cls, value: date, info: ValidationInfo) -> date:
        starts = info.data.get("starts")
        if starts is not None and (value.year, value.month, value.day) < (starts.year, starts.month, starts.day):
            raise PydanticCustomError("ends", "A run ends after it has started: mend this line or `starts`")
        return value


class CriterionTable(BaseModel):
    """[[criteria]]: what a person confirms, in words for the participant and for whoever confirms it."""

    model_config = ConfigDict(extra="forbid")

    id: Identifier = Field(examples=['id = "defence"'])
    title: Texts = Field(examples=['title = { ru = "Защита проекта", en = "Project defence" }'])


class CourseFile(BaseModel):
    """course.toml. Steps and the rule are read further by those who know them."""

    model_config = ConfigDict(extra="forbid")

    course: CourseTable = Field(examples=["[course]"])
    run: RunTable | None = Field(default=None, examples=["[run]"])
    steps: list[dict[str, Any]] = Field(min_length=1, max_length=500, examples=["[[steps]]"])
    criteria: list[CriterionTable] = Field(default_factory=list, max_length=20, examples=["[[criteria]]"])
    completion: dict[str, Any] = Field(examples=['[completion] with all = [{ activity = "why-data" }]'])


TABLES: Mapping[str, type[BaseModel]] = {
    "": CourseFile,
    "course": CourseTable,
    "course.skills": SkillTable,
    "run": RunTable,
    "criteria": CriterionTable,
    "steps": StepTable,
}
"""The model of each table by its name without numbers."""


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """A run as [run] or a command plans it. Days are of the programme's time zone; None: not said."""

    code: str
    starts: date | None = None
    ends: date | None = None


@dataclass(frozen=True, slots=True)
class CourseContent:
    """A course as one snapshot says it. `hours` are academic hours of 45 minutes; no `cohorts`: it is for everybody."""

    slug: str
    kind: str
    title: Mapping[str, str]
    summary: Mapping[str, str]
    hours: int
    seats: int | None
    cohorts: tuple[str, ...]
    skills: tuple[Skill, ...]
    steps: tuple[Step, ...]
    completion: Mapping[str, Any]
    criteria: tuple[Criterion, ...] = ()

    @property
    def minutes(self) -> int:
        """What the steps take together."""
        return sum(step.minutes for step in self.steps)

    def find_step(self, step_id: str) -> Step | None:
        """The step of this id."""
        return next((step for step in self.steps if step.id == step_id), None)

    def find_criterion(self, criterion_id: str) -> Criterion | None:
        """The criterion of this id."""
        return next((criterion for criterion in self.criteria if criterion.id == criterion_id), None)

    def get_step(self, step_id: str, *, kind: str | None = None) -> Step:
        """The step of this id, and of this kind if one is named. Raises NotFound."""
        step = self.find_step(step_id)
        if step is None or (kind is not None and step.kind != kind):
            raise NotFound
        return step


def to_json(content: CourseContent) -> dict[str, Any]:
    """As a snapshot keeps it: decimals are strings."""
    return {
        "slug": content.slug,
        "kind": content.kind,
        "title": dict(content.title),
        "summary": dict(content.summary),
        "hours": content.hours,
        "seats": content.seats,
        "cohorts": list(content.cohorts),
        "skills": [{"id": skill.id, "title": dict(skill.title)} for skill in content.skills],
        "steps": [
            {
                "kind": step.kind,
                "id": step.id,
                "title": dict(step.title),
                "minutes": step.minutes,
                "weight": str(step.weight),
                "due_days": step.due_days,
                "data": dict(step.data),
                "is_scored": step.is_scored,
            }
            for step in content.steps
        ],
        "completion": dict(content.completion),
        "criteria": [{"id": criterion.id, "title": dict(criterion.title)} for criterion in content.criteria],
    }


def from_json(saved: Mapping[str, Any]) -> CourseContent:
    """The reverse of `to_json`."""
    return CourseContent(
        slug=saved["slug"],
        kind=saved["kind"],
        title=saved["title"],
        summary=saved["summary"],
        hours=saved["hours"],
        seats=saved["seats"],
        cohorts=tuple(saved["cohorts"]),
        skills=tuple(Skill(skill["id"], skill["title"]) for skill in saved["skills"]),
        steps=tuple(
            Step(**{**step, "weight": Decimal(step["weight"]), "course": saved["slug"]}) for step in saved["steps"]
        ),
        completion=saved["completion"],
        criteria=tuple(Criterion(criterion["id"], criterion["title"]) for criterion in saved["criteria"]),
    )

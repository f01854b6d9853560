"""From the text of course.toml to its tables, and every complaint with field, line and cure."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, cast

from pydantic import BaseModel, ValidationError

from lms.courses.content import TABLES, CourseFile, StepTable
from lms.courses.kinds import Problem, did_you_mean
from lms.courses.toml_lines import Place, find_lines, line_of

FILE = "course.toml"
_SYNTAX = re.compile(r"(?P<text>.*?)\s*\(at (?:line (?P<line>\d+), column \d+|end of document)\)")


class Source:
    """A course.toml that is TOML at least; makes problems with lines."""

    def __init__(self, text: str) -> None:
        """Raises `Broken` when it is no TOML."""
        try:
            self.tables: dict[str, Any] = tomllib.loads(text, parse_float=Decimal)
        except tomllib.TOMLDecodeError as error:
            found = _SYNTAX.fullmatch(str(error))
            line = int(found["line"]) if found and found["line"] else text.count("\n") + 1
            said = found["text"] if found else str(error)
            raise Broken([Problem(FILE, "", f"This is no TOML: {said}. See https://toml.io", line)]) from None
        self._lines = find_lines(text)

    def problem(self, path: Place, text: str) -> Problem:
        """A complaint about the value at `path`."""
        return Problem(FILE, dotted(path), text, line_of(self._lines, path))


class Broken(Exception):
    """The folder is no course; `problems` say why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


def dotted(path: Place) -> str:
    """`steps[2].title`: numbers count from 1, as people do."""
    words = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path)
    return words.removeprefix(".")


def undotted(field: str) -> Place:
    """The reverse of `dotted`, for fields that others name."""
    parts = re.findall(r"[^.\[\]]+|\[\d+\]", field)
    return tuple(int(part[1:-1]) - 1 if part.startswith("[") else part for part in parts)


def read_file(source: Source) -> tuple[CourseFile | None, list[Problem]]:
    """The three tables, or what is wrong with them."""
    return cast(tuple[CourseFile | None, list[Problem]], _validate(source, CourseFile, source.tables, ()))


def read_steps(source: Source, tables: Iterable[Mapping[str, Any]]) -> tuple[list[StepTable | None], list[Problem]]:
    """The common fields of every step, None where they are wrong; ids are unique."""
    steps: list[StepTable | None] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for number, table in enumerate(tables):
        step, wrong = _validate(source, StepTable, table, ("steps", number))
        problems += wrong
        if isinstance(step, StepTable) and seen.setdefault(step.id, number) != number:
            first = f"steps[{seen[step.id] + 1}]"
            problems.append(
                source.problem(("steps", number, "id"), f"{first} has this id already. Choose another one.")
            )
        steps.append(cast("StepTable | None", step))
    return steps, problems


def plain(value: Any) -> Any:
    """The value with nothing in it but what JSON knows. Raises ValueError for a date or a time without a zone."""
    if isinstance(value, Mapping):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.isoformat()
    if isinstance(value, date | time):
        raise ValueError("A moment needs date, time and zone. Write 2027-05-31T23:59:00+05:00")  # noqa: TRY004 - the value is wrong, whatever its type
    return value


def _validate(
    source: Source, model: type[BaseModel], table: Mapping[str, Any], prefix: Place
) -> tuple[BaseModel | None, list[Problem]]:
    try:
        return model.model_validate(table), []
    except ValidationError as error:
        problems = (_explain(source, details, prefix) for details in error.errors())
        return None, list(dict.fromkeys(problems))  # a misspelt field is both missing and unknown: say it once


def _explain(source: Source, details: Any, prefix: Place) -> Problem:
    """pydantic's finding in words that say what to write."""
    path: Place = (*prefix, *(part for part in details["loc"] if part != "[key]"))
    model, name = _place(path)
    examples = model.model_fields[name].examples if model is not None and name in model.model_fields else None
    cure = f" For example: {examples[0]}" if examples else ""
    match details["type"]:
        case "missing" if (written := _misspelt(name, details["input"], model)) is not None:
            path = (*path[:-1], written)
            text = f"There is no field {written!r}. Did you mean {name!r}?"
        case "missing":
            text = f"{name!r} is missing.{cure}"
        case "extra_forbidden":
            text = f"There is no field {name!r}. {did_you_mean(name, model.model_fields if model is not None else ())}"
        case "language":
            text = f"{path[-1]!r} is no language we know. Write ru or en."
        case "string_pattern_mismatch" if name == "code":
            text = f"Use Latin letters and digits, with single dots, hyphens or underscores between them.{cure}"
        case "string_pattern_mismatch":
            text = f"Use small Latin letters, digits and single hyphens.{cure}"
        case "seats" | "cohorts" | "ends":
            text = f"{details['msg']}."
        case _:
            text = f"{details['msg']}, not {_shown(details['input'])}.{cure}"
    return source.problem(path, text)


def _misspelt(name: str, table: object, model: type[BaseModel] | None) -> str | None:
    """What the author wrote instead of the field, if something there looks like it."""
    known = model.model_fields if model is not None else {}
    strange = [key for key in table if key not in known] if isinstance(table, Mapping) else []
    return next(iter(get_close_matches(name, strange, n=1)), None)


def _place(path: Place) -> tuple[type[BaseModel] | None, str]:
    """The model that a path leads into, and the field of it."""
    words = [part for part in path if isinstance(part, str)]
    for length in range(len(words) - 1, -1, -1):
        model = TABLES.get(".".join(words[:length]))
        if model is not None:
            return model, words[length]
    return None, words[-1] if words else ""


def _shown(value: object) -> str:
    text = str(value) if isinstance(value, Decimal) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"

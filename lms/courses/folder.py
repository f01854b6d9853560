"""A course folder: course.toml, what the kinds of its steps make of theirs, and the bytes of every file it needs."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lms.courses.content import ID_PATTERN, CourseContent, CourseTable, PlannedRun, StepTable
from lms.courses.contract import named_criteria
from lms.courses.kinds import ActivityKinds, ContentChecks, Criterion, Problem, Step, did_you_mean
from lms.courses.reading import FILE, Broken, Source, plain, read_file, read_steps, undotted
from lms.errors import N_, Invalid
from lms.ledger.subjects import Skill

TEXT_LIMIT = 2**20
FILE_LIMIT = 50 * 2**20
FOLDER_LIMIT = 200 * 2**20
TAKEN_NAMES = frozenset({"all"})
"""Addresses under /courses/ that are pages of their own."""


class BrokenCourse(Invalid):
    """The folder is no course that we can take; `problems` say why, one line each in the text."""

    def __init__(self, slug: str, problems: list[Problem]) -> None:
        self.problems = problems
        lines = "\n".join(f"  {describe(slug, problem)}" for problem in problems)
        super().__init__(N_("The course %(slug)s can't be read:\n%(problems)s"), slug=slug, problems=lines)


@dataclass(frozen=True, slots=True)
class LoadedCourse:
    """A folder that is right. `files` maps a path in the folder (`/` between parts) to its bytes.

    `run` is what [run] says, None without that table: the content is the same in every year.
    """

    content: CourseContent
    files: Mapping[str, bytes]
    run: PlannedRun | None = None


def describe(slug: str, problem: Problem) -> str:
    """`data/course.toml:12: steps[3].minutes: …`, the form in which editors understand where to go."""
    where = f"{slug}/{problem.file}" + (f":{problem.line}" if problem.line else "")
    return f"{where}: {problem.field}: {problem.text}" if problem.field else f"{where}: {problem.text}"


def load(folder: Path, kinds: ActivityKinds, checks: ContentChecks) -> LoadedCourse:
    """Read and check a course folder; its name is the course's slug. Raises BrokenCourse with every problem at once."""
    slug = folder.resolve().name
    try:
        return _Reader(folder.resolve(), slug, kinds, checks).load()
    except Broken as broken:
        raise BrokenCourse(slug, broken.problems) from None


class _Reader:
    """Gathers problems, so that an author mends them in one go."""

    def __init__(self, folder: Path, slug: str, kinds: ActivityKinds, checks: ContentChecks) -> None:
        self._folder = folder
        self._slug = slug
        self._kinds = kinds
        self._checks = checks
        self._problems: list[Problem] = []

    def load(self) -> LoadedCourse:
        source = self._source()
        file, problems = read_file(source)
        self._problems += problems
        if file is None:
            raise Broken(self._problems)
        tables, problems = read_steps(source, file.steps)
        self._problems += problems
        paths: dict[str, None] = {}
        steps = [
            step
            for number, table in enumerate(tables)
            if table is not None and (step := self._step(source, number, table, file.steps[number], paths)) is not None
        ]
        completion = self._plain(source, "completion", file.completion)
        criteria = [Criterion(table.id, table.title) for table in file.criteria]
        self._problems += _check_criteria(source, criteria, completion)
        if len(steps) == len(tables):
            self._check(source, "completion", completion, steps, criteria)
        files = self._read(paths)
        if self._problems:
            raise Broken(self._problems)
        run = PlannedRun(file.run.code, file.run.starts, file.run.ends) if file.run is not None else None
        return LoadedCourse(_content(self._slug, file.course, steps, completion, criteria), files, run)

    def _source(self) -> Source:
        if not re.fullmatch(ID_PATTERN, self._slug) or len(self._slug) > 80:
            cure = "Rename the folder: small Latin letters, digits and single hyphens, up to 80."
            self._problems.append(Problem("", "", f"The folder's name is the course's address. {cure}"))
        if self._slug in TAKEN_NAMES:
            self._problems.append(Problem("", "", f"A page of ours has the name {self._slug!r}. Rename the folder."))
        path = self._folder / FILE
        if not path.is_file():
            raise Broken([Problem(FILE, "", "There is no such file. A course begins with it.")])
        if path.stat().st_size > TEXT_LIMIT:
            raise Broken([Problem(FILE, "", "The file is bigger than 1 MB. Put texts into lessons.")])
        try:
            return Source(path.read_text(encoding="utf-8-sig"))
        except UnicodeDecodeError:
            raise Broken([Problem(FILE, "", "The file is not in UTF-8. Save it in that encoding.")]) from None

    def _step(
        self, source: Source, number: int, common: StepTable, table: Mapping[str, object], paths: dict[str, None]
    ) -> Step | None:
        kind = self._kinds.find(common.kind)
        if kind is None:
            names = [kind.name for kind in self._kinds]
            text = f"There is no kind of step {common.kind!r}. {did_you_mean(common.kind, names)}"
            self._problems.append(source.problem(("steps", number, "kind"), text))
            return None
        data, files, problems = kind.parse(table, self._folder)
        for problem in problems:
            place = ("steps", number, *undotted(problem.field))
            self._problems.append(problem if problem.file else source.problem(place, problem.text))
        paths.update(dict.fromkeys(files))
        return Step(
            kind=common.kind,
            id=common.id,
            title=common.title,
            minutes=common.minutes,
            weight=common.weight,
            due_days=common.due_days,
            data=self._plain(source, f"steps[{number + 1}]", data),
            course=self._slug,
            is_scored=kind.is_scored,
        )

    def _plain(self, source: Source, field: str, table: Mapping[str, object]) -> dict[str, object]:
        try:
            return {key: plain(value) for key, value in table.items()}
        except ValueError as error:
            self._problems.append(source.problem(undotted(field), f"{error}."))
            return {}

    def _check(
        self, source: Source, name: str, table: Mapping[str, object], steps: list[Step], criteria: list[Criterion]
    ) -> None:
        check = self._checks.find(name)
        for problem in check.run(table, steps, criteria) if check is not None else ():
            self._problems.append(source.problem((name, *undotted(problem.field)), problem.text))

    def _read(self, paths: Mapping[str, None]) -> dict[str, bytes]:
        files: dict[str, bytes] = {}
        for name in sorted(paths):
            path = (self._folder / name).resolve()
            if not path.is_relative_to(self._folder):
                self._problems.append(Problem(name, "", "The file is outside the course's folder. Copy it inside."))
            elif not path.is_file():
                self._problems.append(Problem(name, "", "There is no such file. Add it, or mend its name."))
            elif path.stat().st_size > FILE_LIMIT:
                self._problems.append(Problem(name, "", "The file is bigger than 50 MB. Make it smaller."))
            else:
                files[name] = path.read_bytes()
        if sum(map(len, files.values())) > FOLDER_LIMIT:
            self._problems.append(Problem("", "", "The course is bigger than 200 MB. Make it smaller."))
        return files


def _check_criteria(source: Source, criteria: list[Criterion], rule: Mapping[str, object]) -> Iterator[Problem]:
    """Ids are unique, and the rule asks for each: words that nobody would see are a typing mistake somewhere."""
    asked, seen = set(named_criteria(rule)), dict[str, int]()
    for number, criterion in enumerate(criteria):
        place = ("criteria", number, "id")
        first = seen.setdefault(criterion.id, number)
        if first != number:
            yield source.problem(place, f"criteria[{first + 1}] has this id already. Choose another one.")
        elif criterion.id not in asked:
            cure = f'Ask for it there: {{ by_person = "{criterion.id}" }}, or remove it.'
            yield source.problem(place, f"The rule in [completion] does not ask for {criterion.id!r}. {cure}")


def _content(
    slug: str, course: CourseTable, steps: list[Step], completion: Mapping[str, object], criteria: list[Criterion]
) -> CourseContent:
    return CourseContent(
        slug=slug,
        kind=course.kind,
        title=course.title,
        summary=course.summary,
        hours=course.hours,
        seats=course.seats,
        cohorts=tuple(course.cohorts or ()),
        skills=tuple(Skill(skill.id, skill.title) for skill in course.skills),
        steps=tuple(steps),
        completion=completion,
        criteria=tuple(criteria),
    )

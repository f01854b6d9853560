"""An existing nbgrader course directory becomes a course: its notebooks as they are, a course.toml beside them.

The directory is only read, and its nbgrader_config.py is parsed, never run.
"""

import ast
import json
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lms.errors import N_, Conflict, Invalid

MINUTES = 60
NEEDED_SHARE = "0.5"
_LEFT_OUT = shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__", ".DS_Store", ".git")
_NAMES = {"course_id", "source_directory", "db_assignments"}


@dataclass(frozen=True, slots=True)
class Imported:
    """What was found. `assignments` maps the id of a step to the folder's own name, in the order of the course."""

    slug: str
    assignments: dict[str, str]


def import_course(
    directory: Path,
    courses_dir: Path,
    *,
    check: Callable[[Path], object],
    locale: str,
    kind: str,
    slug: str | None = None,
) -> Path:
    """Write `courses_dir/<slug>` and return it. `check` is called with the finished folder before it gets its place.

    `locale` is the language of the titles. Raises Invalid (no assignments), Conflict (there is such a course), and what
    `check` raises; then nothing is left behind.
    """
    config = _read_config(directory / "nbgrader_config.py")
    source = directory / str(config.get("source_directory", "source"))
    found = _survey(directory, source, config, slug)
    target = courses_dir / found.slug
    if target.exists():
        raise Conflict(N_("There is a course %(slug)s already. Name another one with --slug."), slug=found.slug)
    courses_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=courses_dir, prefix=".import-") as workshop:
        draft = Path(workshop) / found.slug
        for step_id, name in found.assignments.items():
            shutil.copytree(source / name, draft / "source" / step_id, ignore=_LEFT_OUT)
        (draft / "course.toml").write_text(_course_toml(found, locale, kind), encoding="utf-8")
        check(draft)
        draft.rename(target)
    return target


def _survey(directory: Path, source: Path, config: dict[str, Any], slug: str | None) -> Imported:
    folders = [path.name for path in source.iterdir() if any(path.glob("*.ipynb"))] if source.is_dir() else []
    if not folders:
        raise Invalid(
            N_("%(folder)s holds no assignments: expected source/<assignment>/*.ipynb."), folder=str(directory)
        )
    listed = config.get("db_assignments")
    names = [row.get("name") for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    ordered = sorted(folders, key=lambda name: (names.index(name) if name in names else len(names), _natural(name)))
    ids: dict[str, str] = {}
    for number, name in enumerate(ordered, 1):
        wanted = _identifier(name) or f"assignment-{number}"
        ids[wanted if wanted not in ids else f"{wanted}-{number}"] = name
    own_name = str(config.get("course_id") or directory.resolve().name)
    return Imported(slug or _identifier(own_name) or "imported", ids)


def _read_config(path: Path) -> dict[str, Any]:
    """Literal settings of nbgrader's CourseDirectory, of whichever class they are set on."""
    if not path.is_file():
        return {}
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (SyntaxError, ValueError):
        return {}
    found: dict[str, Any] = {}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Attribute)
            and node.targets[0].attr in _NAMES
        ):
            found[node.targets[0].attr] = _literal(node.value)
    return {name: value for name, value in found.items() if value}


def _literal(node: ast.expr) -> Any:
    """The value of a constant; of a call such as dict(name="ps1") its keywords; None for anything else."""
    if isinstance(node, ast.List):
        return [_literal(part) for part in node.elts]
    if isinstance(node, ast.Call):
        return {word.arg: _literal(word.value) for word in node.keywords if word.arg}
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None


def _course_toml(found: Imported, locale: str, kind: str) -> str:
    def text(words: str) -> str:
        return f"{{ {locale} = {json.dumps(words, ensure_ascii=False)} }}"

    steps = "".join(
        f'\n[[steps]]\nkind = "assignment"\nid = "{step_id}"\ntitle = {text(_title(name))}\nminutes = {MINUTES}\n'
        for step_id, name in found.assignments.items()
    )
    rules = "".join(f'    {{ activity = "{step_id}", at_least = {NEEDED_SHARE} }},\n' for step_id in found.assignments)
    hours = -(-len(found.assignments) * MINUTES // 45)
    return (
        f'[course]\nkind = "{kind}"\ntitle = {text(_title(found.slug))}\nsummary = {text(_title(found.slug))}\n'
        f"hours = {hours}\n{steps}\n[completion]\nall = [\n{rules}]\n"
    )


def _identifier(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60].strip("-")


def _title(name: str) -> str:
    words = re.sub(r"[-_\s]+", " ", name).strip()
    return words[:1].upper() + words[1:]


def _natural(name: str) -> list[tuple[int, str]]:
    """`ps2` before `ps10`."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.findall(r"\d+|\D+", name.lower())]

"""What a course's nbgrader_config.py says, read without running it.

Only plain statements `c.Class.trait = <literal>` of the settings that shape an assignment count. Paths, databases,
hooks and everything computed are for the machine the course was written on, and are listed as ignored.
"""

import ast
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FILE = "nbgrader_config.py"

HONOURED = frozenset(
    {
        "CheckCellMetadata",
        "ClearHiddenTests",
        "ClearMarkScheme",
        "ClearSolutions",
        "IgnorePattern",
        "IncludeHeaderFooter",
        "InstantiateTests",
        "LimitOutput",
        "LockCells",
    }
)
HONOURED_TRAITS = frozenset({("CourseDirectory", "source_directory"), ("CourseDirectory", "ignore")})


@dataclass(frozen=True, slots=True)
class CourseConfig:
    """Settings by class and trait, and the statements that were left out (for the author to see)."""

    settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()

    @property
    def source_directory(self) -> str:
        """The folder of the instructors' versions, relative to the course; nbgrader's default is "source"."""
        name = self.settings.get("CourseDirectory", {}).get("source_directory", "source")
        return name if isinstance(name, str) and name and not Path(name).is_absolute() else "source"

    def extra_notebooks(self) -> tuple[str, ...]:
        """Header and footer notebooks, relative to the course."""
        include = self.settings.get("IncludeHeaderFooter", {})
        return tuple(path for path in (include.get("header"), include.get("footer")) if isinstance(path, str) and path)


def _target(node: ast.expr) -> tuple[str, str] | None:
    match node:
        case ast.Attribute(value=ast.Attribute(value=ast.Name(), attr=section), attr=trait):
            return section, trait
    return None


def read_config(course_dir: Path) -> CourseConfig:
    """The course's declarative settings; a file that is absent or no Python means nbgrader's defaults."""
    path = course_dir / FILE
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return CourseConfig()
    except (OSError, UnicodeDecodeError, SyntaxError, ValueError, RecursionError) as error:
        return CourseConfig(ignored=(f"{FILE}: {error}",))
    settings: dict[str, dict[str, Any]] = {}
    ignored: list[str] = []
    for statement in tree.body:
        if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            continue
        target = _target(statement.targets[0])
        if target is None:
            continue
        section, trait = target
        try:
            value = ast.literal_eval(statement.value)
        except ValueError:
            ignored.append(f"{section}.{trait}: not a literal")
            continue
        if section in HONOURED or target in HONOURED_TRAITS:
            settings.setdefault(section, {})[trait] = value
        else:
            ignored.append(f"{section}.{trait}: not used here")
    return CourseConfig(settings, tuple(ignored))

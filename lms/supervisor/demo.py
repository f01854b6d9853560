"""Who can sign in to the demo, and `demo.json`, which tells scripts where everything is."""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from lms.settings import Settings


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A seeded person; `role` is the word that scripts look for: participant, tutor, mentor, host, admin."""

    role: str
    login: str
    password: str


def remember_people(state_dir: Path, people: Iterable[DemoPerson]) -> None:
    """Called by the seeding: the logins outlive the process that made them."""
    _write(state_dir / "demo-people.json", [asdict(person) for person in people])


def remembered_people(state_dir: Path) -> list[DemoPerson]:
    """The seeded people; empty before the seeding."""
    path = state_dir / "demo-people.json"
    return [DemoPerson(**row) for row in json.loads(path.read_text())] if path.exists() else []


def withdraw(state_dir: Path) -> None:
    """Remove `demo.json`: it is there while a demo runs, so that scripts can wait for it."""
    (state_dir / "demo.json").unlink(missing_ok=True)


def announce(settings: Settings, people: Sequence[DemoPerson]) -> str:
    """Write `demo.json` with the addresses of this start; returns the line that ends the start-up."""
    urls = {
        "tool": settings.tool_public_url,
        "hub": settings.hub_public_url,
        "platform": settings.platform_public_url,
    }
    _write(settings.state_dir / "demo.json", {**urls, "people": [asdict(person) for person in people]})
    first: dict[str, DemoPerson] = {}
    for person in people:
        first.setdefault(person.role, person)
    logins = ", ".join(f"{role} {person.login} / {person.password}" for role, person in first.items())
    return f"Open {urls['tool']} (school: {urls['platform']}); sign in as {logins or 'nobody yet'}"


def _write(path: Path, content: object) -> None:
    """Readable by the owner alone, and never half written."""
    draft = path.with_suffix(".draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(content, file, ensure_ascii=False, indent=1)
    draft.replace(path)

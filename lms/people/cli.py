"""`python3 -m lms person …`."""

from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.app import create_app
from lms.clock import now
from lms.database import Database
from lms.errors import N_, Invalid, NotFound
from lms.migrations.cli import prepare_database
from lms.people.accounts import find_account, get_person
from lms.people.actor import Role
from lms.people.importing import Act, Plan, import_list, make_plan
from lms.people.importing.columns import word_for
from lms.people.importing.rows import Note
from lms.people.invitations import has_password, make_link
from lms.people.lifecycle import add_person
from lms.people.models import Person
from lms.people.names import plain
from lms.people.passwords import password_key
from lms.settings import Settings

NAMESAKES_SHOWN = 10


class _Program:
    """Settings, and a database with its tables: the command may be the first one on this machine."""

    def __init__(self) -> None:
        self.settings = Settings()
        prepare_database(self.settings)
        self.database: Database = create_app(self.settings).extensions["lms.database"]

    def address(self, token: str) -> str:
        """Where a one-use link leads."""
        return f"{self.settings.tool_public_url}/welcome/{token}"


@click.group()
def person() -> None:
    """Add people, import a list."""


@person.command()
@click.argument("name")
@click.option("--role", type=click.Choice([role.value for role in Role]), default="participant", show_default=True)
@click.option("--cohort", default="", help="The year's intake, e.g. 2026; made if it is new.")
@click.option("--group", default="", help="Tutor group by its title; made if it is new. A tutor accompanies it.")
def add(name: str, role: str, cohort: str, group: str) -> None:
    """Add a person and print a one-use link by which they choose login and password."""
    program = _Program()
    with program.database.writing() as session:
        someone = add_person(session, name, Role(role), by=None, at=now(), cohort=cohort, group=group)
        token = make_link(session, someone.id, purpose="invite", at=now(), by=None)
    click.echo(program.address(token))


@person.command()
@click.argument("who")
def link(who: str) -> None:
    """Print a new one-use link for a person named by login, name or id; earlier ones stop working."""
    program = _Program()
    with program.database.writing() as session:
        someone = _find(session, who)
        purpose = "reset" if has_password(session, someone.id) else "invite"
        token = make_link(session, someone.id, purpose=purpose, at=now(), by=None)
    click.echo(program.address(token))


@person.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would happen and write nothing.")
def import_command(file: Path, *, dry_run: bool) -> None:
    """Import a CSV list: name, id, login, role, cohort, stage, tutor_group, locale (or the Russian words).

    Importing again changes what differs and doubles nobody. With one wrong line nothing is imported.
    """
    program = _Program()
    content = file.read_bytes()
    with program.database.reading() as session:
        plan = make_plan(session, content)
    if dry_run or not plan.is_sound:
        _show(plan)
    if not dry_run:
        with program.database.writing() as session:
            plan = import_list(session, content, by=None, at=now())
    click.echo(f"new: {plan.count(Act.NEW)}, changed: {plan.count(Act.CHANGE)}, as before: {plan.count(Act.SAME)}")
    if not plan.is_sound:
        raise SystemExit(1)


def _show(plan: Plan) -> None:
    if plan.ignored:
        click.echo(f"columns that are not used: {', '.join(plan.ignored)}")
    for planned in plan.rows:
        said = "; ".join(_sentence(note, plan.headings) for note in planned.notes)
        click.echo(f"line {planned.row.line}: {planned.act}: {planned.row.name or '-'}{f': {said}' if said else ''}")


def _sentence(note: Note, headings: Mapping[str, str]) -> str:
    text = note.text % note.params if note.params else note.text
    return f"column “{word_for(note.column, headings, 'en')}”: {text}" if note.column else text


def _find(session: Session, who: str) -> Person:
    """By login, id or name. Raises NotFound, Invalid for a name that several have."""
    account = find_account(session, password_key(who))
    if account is not None:
        return get_person(session, account.person_id)
    try:
        return get_person(session, UUID(who))
    except ValueError:
        pass
    query = select(Person).where(Person.plain_name == plain(who), Person.erased_at.is_(None))
    found = session.scalars(query.limit(NAMESAKES_SHOWN)).all()
    if not found:
        raise NotFound(N_("There is nobody called “%(who)s”."), who=who)
    if len(found) > 1:
        ids = ", ".join(str(one.id) for one in found)
        raise Invalid(N_("Several people are called “%(who)s”. Name one by id: %(ids)s"), who=who, ids=ids)
    return found[0]

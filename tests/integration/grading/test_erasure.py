"""A person who went through everything is exported whole and erased whole: rows, files, and every text of theirs."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import MetaData, Table, func, inspect, select
from sqlalchemy.orm import Session

from lms import files
from lms.clock import now
from lms.courses import service as courses
from lms.database import Base, Database
from lms.files import leftovers
from lms.grading.models import Attempt
from lms.grading.states import AttemptState
from lms.jobs import JobRun
from lms.people import erasure, groups, importing, invitations
from lms.people.accounts import find_account
from lms.people.actor import Role
from lms.people.passwords import password_key
from lms.settings import Settings
from tests.factories.jobs import do_all
from tests.factories.people import browser_of, make_person, without_csrf
from tests.factories.rows import insert_row
from tests.integration.grading.conftest import Class

NAME = "Жемчужникова Прасковья"
LOGIN = "praskovya-7q"
ANSWER = "Я пишу о своей бабушке"
COMMENT = "Прасковья, прекрасная работа"
CSV = f"name;login;cohort\n{NAME};{LOGIN};2026\n"
SECRETS = ("жемчужников", "прасковь", "praskovya", "бабушк")
KEPT = {"ledger_fact", "people_person"}
"""Tables that keep rows of an erased person: facts hold no name, the person is one without a name."""


@pytest.fixture
def story(school_class: Class) -> Class:
    """She came by a list, signed in, was judged and commented upon; a list with her name waits for its import."""
    made, database = school_class, school_class.database
    admin = make_person(database, "Анна", Role.ADMIN)
    with database.writing() as session:
        importing.import_list(session, CSV.encode(), by=admin, at=now())
        account = find_account(session, password_key(LOGIN))
        assert account is not None
        made.pupil_id = account.person_id
        invitations.make_link(session, made.pupil_id, purpose="reset", at=now(), by=admin)
        importing.keep_list(session, CSV.encode(), by=admin, at=now())
        courses.enrol(session, made.run.id, made.pupil_id, source="admin", at=now())
        (group,) = groups.list_groups(session)
        groups.add_member(session, group.id, made.pupil_id, by=admin, at=now())
    made.hand_in(made.work(f"{ANSWER} {NAME}."))
    made.grade()
    (attempt,) = made.attempts()
    url = f"/desk/answers/{next(cell.id for cell in attempt.cells if cell.needs_person)}"
    assert made.post(made.tutor_id, url, score=str(made.manual), comment=COMMENT, act="release")[0] == 302
    do_all(made.app, "react.skillfolio.credit")
    with database.writing() as session:
        _fill_tables_of(session, made.pupil_id)
    return made


def _tables_of_people() -> list[Table]:
    return [table for table in Base.metadata.sorted_tables if "person_id" in table.columns]


def _rows_of(session: Session, table: Table, person_id: UUID) -> int:
    counted = select(func.count()).select_from(table).where(table.columns["person_id"] == person_id)
    return session.scalar(counted) or 0


def _fill_tables_of(session: Session, person_id: UUID) -> None:
    """A row in every table of people that the story did not reach, each text in it of hers."""
    for table in _tables_of_people():
        if not _rows_of(session, table, person_id):
            insert_row(session, table, text=LOGIN, person_id=person_id)


def _everything(database: Database) -> Iterator[str]:
    """Every value of every table in every schema, as text."""
    schemas = [name for name in inspect(database.engine).get_schema_names() if name != "information_schema"]
    with database.engine.connect() as connection:
        for schema in schemas:
            metadata = MetaData()
            metadata.reflect(connection, schema=schema)
            for table in metadata.tables.values():
                for row in connection.execute(table.select()):
                    for value in row:
                        yield value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _secrets_in(text: str) -> list[str]:
    """JSON columns and engines write Cyrillic letters as they are or by number."""
    plain = re.sub(r"\\\\?u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), text).casefold()
    return [secret for secret in SECRETS if secret in plain]


def _leaks(database: Database) -> list[str]:
    return [text[:200] for text in _everything(database) if _secrets_in(text)]


def _files_with_secrets(settings: Settings) -> list[Path]:
    stored = [path for path in settings.files_dir.rglob("*") if path.is_file()]
    assert stored
    return [path for path in stored if _secrets_in(path.read_text(errors="replace"))]


def _erase(made: Class) -> None:
    admin = make_person(made.database, "Ольга", Role.ADMIN)
    with without_csrf(made.app):
        answer = browser_of(made.app, admin).post(f"/admin/people/{made.pupil_id}/erase", data={"name": NAME})
    assert answer.status_code == 302


def _hours_later(database: Database, hours: int, *handlers: Any) -> None:
    for handler in handlers:
        handler.run(JobRun("job", {}, 1, database, lambda: now() + timedelta(hours=hours)))


def test_erased_person_leaves_no_row_no_text_and_no_file(story: Class, app: Flask, settings: Settings) -> None:
    with story.database.reading() as session:
        unreached = [table.name for table in _tables_of_people() if not _rows_of(session, table, story.pupil_id)]
    assert unreached == []
    assert _leaks(story.database), "the search finds nothing"
    assert len(_files_with_secrets(settings)) == 2

    _erase(story)
    do_all(app, erasure.AGAIN)
    _hours_later(story.database, 2, leftovers.HANDLER)

    with story.database.reading() as session:
        left = {table.name for table in _tables_of_people() if _rows_of(session, table, story.pupil_id)}
        assert left - KEPT == set()
        assert session.scalar(select(func.count()).select_from(Attempt)) == 0
    assert _leaks(story.database) == []
    assert _files_with_secrets(settings) == []
    assert story.facts("activity.scored")


def test_export_holds_comment_points_and_the_very_notebook(story: Class) -> None:
    admin = make_person(story.database, "Ольга", Role.ADMIN)
    (attempt,) = story.attempts()
    with story.database.reading() as session:
        notebook = files.of(session).read(attempt.sha256)

    with without_csrf(story.app):
        answer = browser_of(story.app, admin).post(f"/admin/people/{story.pupil_id}/export")

    with answer, zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        kept = json.loads(archive.read("person.json"))
        (work,) = kept["grading"]["rows"]
        assert archive.read(work["files"][0]) == notebook
        assert ANSWER in archive.read(work["files"][1]).decode()
        assert sorted(archive.namelist()) == sorted([*work["files"], "person.json"])
    assert [one["comment"] for one in work["answers"] if one["comment"]] == [COMMENT]
    assert str(story.manual) in [one["points_by_tutor"] for one in work["answers"]]
    assert {name for name, one in kept.items() if one["rows"]} >= {"people", "grading", "ledger", "notices", "courses"}


def test_file_that_another_handed_in_too_stays_until_they_are_erased(story: Class, settings: Settings) -> None:
    (attempt,) = story.attempts()
    with story.database.writing() as session:
        twin = make_twin(session, attempt, story.tutor_id)
        store = files.of(session)

    _erase(story)
    _hours_later(story.database, 2, leftovers.HANDLER)
    assert store.has(attempt.sha256)
    assert attempt.feedback_sha256 is not None
    assert not store.has(attempt.feedback_sha256)
    with story.database.writing() as session:
        session.delete(session.get_one(Attempt, twin))
        leftovers.let_go(session, [attempt.sha256], at=now())
    _hours_later(story.database, 2, leftovers.HANDLER)

    assert not store.has(attempt.sha256)


def make_twin(session: Session, attempt: Attempt, person_id: UUID) -> UUID:
    """An attempt of somebody else with the same bytes."""
    twin = Attempt(
        id=uuid4(),
        run_id=attempt.run_id,
        step_id=attempt.step_id,
        person_id=person_id,
        number=1,
        sha256=attempt.sha256,
        size=attempt.size,
        source="upload",
        submitted_at=now(),
        is_late=False,
        snapshot_id=attempt.snapshot_id,
        state=AttemptState.QUEUED,
    )
    session.add(twin)
    return twin.id


def test_work_that_was_being_taken_in_while_its_person_was_erased_goes_too(story: Class) -> None:
    (attempt,) = story.attempts()
    _erase(story)
    with story.database.writing() as session:
        late = make_twin(session, attempt, story.pupil_id)

    do_all(story.app, erasure.AGAIN)

    with story.database.reading() as session:
        assert session.get(Attempt, late) is None


def test_upload_that_is_refused_leaves_no_file(story: Class, settings: Settings) -> None:
    stranger = make_person(story.database, "Чужая", Role.PARTICIPANT)
    before = {path for path in settings.files_dir.rglob("*") if path.is_file()}

    assert story.hand_in(b"not a notebook, but bytes", stranger) == 403
    _hours_later(story.database, 2, leftovers.HANDLER)

    assert {path for path in settings.files_dir.rglob("*") if path.is_file()} == before

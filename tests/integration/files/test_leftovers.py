"""Bytes go when they were let go and no row of anybody refers to them; never a moment too early."""

import fcntl
import os
import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text

from lms import files
from lms.clock import now
from lms.courses.models import Snapshot
from lms.files.leftovers import GRACE, HANDLER, let_go
from lms.files.models import LetGo
from lms.jobs import JobRun

DATA = "Я хочу стать биологом".encode()
LATER = 2 * GRACE


@pytest.fixture
def store(database):
    with database.reading() as session:
        return files.of(session)


def discard(database, *, after=LATER):
    """The worker's hourly round, so much later."""
    HANDLER.run(JobRun("round", {}, 1, database, lambda: now() + after))


def place(folder, sha256):
    """Where a local store keeps these bytes."""
    return folder / sha256[:2] / sha256[2:]


def put_and_let_go(database, store, data=DATA):
    sha256 = store.put(data)
    with database.writing() as session:
        let_go(session, [sha256, None], at=now())
    return sha256


def refer(database, sha256, path="source/a.csv"):
    """A row that needs the bytes: a course's file."""
    with database.writing() as session:
        made = Snapshot(id=uuid4().hex, slug="maths", content={}, files={path: sha256}, created_at=now())
        session.add(made)
    return made.id


def count_let_go(database):
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(LetGo))


def test_discard_leftovers_deletes_what_nobody_refers_to_after_the_grace(database, store):
    sha256, other = put_and_let_go(database, store), store.put(b"of somebody else")

    discard(database, after=GRACE / 2)
    assert store.has(sha256)
    discard(database)

    assert not store.has(sha256)
    assert store.has(other)
    assert count_let_go(database) == 0
    discard(database)


def test_discard_leftovers_keeps_what_a_row_refers_to_until_it_is_let_go_again(database, store):
    snapshot_id = refer(database, put_and_let_go(database, store))
    sha256 = store.name(DATA)

    discard(database)
    assert store.has(sha256)
    assert count_let_go(database) == 0
    with database.writing() as session:
        session.delete(session.get_one(Snapshot, snapshot_id))
        let_go(session, [sha256], at=now())
    discard(database)

    assert not store.has(sha256)


def test_discard_leftovers_keeps_what_the_table_of_a_switched_off_plugin_refers_to(database, store):
    sha256 = put_and_let_go(database, store)
    with database.writing() as session:
        session.execute(text("CREATE TABLE ghost_photo (id INTEGER PRIMARY KEY, picture_sha256 VARCHAR(64))"))
        session.execute(text("INSERT INTO ghost_photo VALUES (1, :sha256), (2, NULL)"), {"sha256": sha256})

    discard(database)

    assert store.has(sha256)


def test_discard_leftovers_keeps_what_was_put_again_until_its_row_had_time_to_come(database, store, settings):
    sha256 = put_and_let_go(database, store)
    lately = (now() + LATER - GRACE / 2).timestamp()
    os.utime(place(settings.files_dir, sha256), (lately, lately))

    discard(database)
    assert store.has(sha256)
    assert count_let_go(database) == 1
    discard(database, after=LATER + GRACE)

    assert not store.has(sha256)


def test_let_go_of_a_transaction_that_is_undone_lets_nothing_go(database, store):
    sha256 = store.put(DATA)
    with database.writing() as session:
        let_go(session, [sha256], at=now())
        session.rollback()

    discard(database)

    assert store.has(sha256)


def test_discard_waits_for_who_is_putting_and_then_leaves_the_bytes(tmp_path):
    store = files.LocalFiles(tmp_path)
    path = place(tmp_path, store.put(DATA))
    os.utime(path, (0, 0))
    said = []
    folder = os.open(path.parent, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_SH)
    discarding = threading.Thread(target=lambda: said.append(store.discard(store.name(DATA), untouched_since=now())))
    discarding.start()
    discarding.join(0.3)
    assert discarding.is_alive(), "nothing was waited for"

    os.utime(path, ((now() + timedelta(days=1)).timestamp(),) * 2)
    os.close(folder)
    discarding.join(10)

    assert said == [False]
    assert store.read(store.name(DATA)) == DATA


def test_put_waits_for_who_is_discarding_and_then_stores_anew(tmp_path):
    store = files.LocalFiles(tmp_path)
    path = place(tmp_path, store.put(DATA))
    folder = os.open(path.parent, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    putting = threading.Thread(target=store.put, args=(DATA,))
    putting.start()
    putting.join(0.3)
    assert putting.is_alive(), "nothing was waited for"

    path.unlink()
    os.close(folder)
    putting.join(10)

    assert store.read(store.name(DATA)) == DATA


def test_discard_leftovers_deletes_old_drafts_of_killed_processes(database, store, settings):
    path = place(settings.files_dir, store.put(DATA))
    draft = path.parent / ".draft-abc"
    draft.write_bytes(DATA)

    discard(database, after=GRACE / 2)
    assert draft.exists()
    discard(database)

    assert not draft.exists()
    assert store.has(path.parent.name + path.name)

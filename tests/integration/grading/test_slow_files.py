"""Files are read and written while no transaction is open: a slow disk keeps nobody from handing in."""

import hashlib
import os
import threading
import time
from pathlib import Path

import pytest

from lms.courses import snapshot
from lms.grading.states import AttemptState
from lms.settings import Settings
from tests.integration.grading.conftest import STEP, Class

SOON_SECONDS = 5.0
"""Far less than the half minute that SQLite waits for another writer."""


class SlowFile:
    """A file of the store that does not end until `go_on`."""

    def __init__(self, store: Path, sha256: str) -> None:
        self._path = store / sha256[:2] / sha256[2:]
        self._bytes = self._path.read_bytes()
        self._path.unlink()
        os.mkfifo(self._path)
        self.is_being_read = threading.Event()
        self._may_go_on = threading.Event()
        self._thread = threading.Thread(target=self._feed, daemon=True)
        self._thread.start()

    def _feed(self) -> None:
        with self._path.open("wb") as stream:  # opens when somebody reads
            self.is_being_read.set()
            self._may_go_on.wait(60)
            stream.write(self._bytes)

    def go_on(self) -> None:
        self._may_go_on.set()
        self._thread.join(60)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("slow", ["the work", "the source"])
def test_grading_that_reads_a_slow_file_keeps_no_writer_waiting(
    school_class: Class, settings: Settings, slow: str
) -> None:
    work = school_class.work()
    assert school_class.hand_in(work) == 302
    with school_class.database.reading() as session:
        source = snapshot.file_hashes(session, school_class.run.snapshot_id)[f"source/{STEP}/{STEP}.ipynb"]
    wanted = hashlib.sha256(work).hexdigest() if slow == "the work" else source
    file = SlowFile(settings.files_dir, wanted)
    worker = threading.Thread(target=school_class.grade)
    worker.start()
    assert file.is_being_read.wait(30)

    rescue = threading.Timer(2 * SOON_SECONDS, file.go_on)
    rescue.start()
    begun = time.monotonic()
    with school_class.database.writing() as session:
        session.connection()  # BEGIN IMMEDIATE
    waited = time.monotonic() - begun

    rescue.cancel()
    file.go_on()
    worker.join()
    assert waited < SOON_SECONDS
    assert [attempt.state for attempt in school_class.attempts()] == [AttemptState.NEEDS_PERSON]

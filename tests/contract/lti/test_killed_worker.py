"""A worker that is killed while a platform takes its time with a score: another one sends it."""

import os
import shutil
import signal
from pathlib import Path

from lms.clock import now
from lms.lti.models import ScorePost
from tests.contract.lti.conftest import opened
from tests.contract.lti.course_made import give_course, release_score
from tests.contract.lti.gradebook import open_gradebook, pupil_with_a_column
from tests.contract.lti.processes import make_world, process
from tests.contract.lti.test_school import eventually

WORKER = ["-m", "lms", "serve", "worker"]


def test_score_is_sent_though_the_worker_was_killed(sqlite_template: Path, tmp_path: Path) -> None:
    state_dir = tmp_path / "var"
    state_dir.mkdir()
    shutil.copyfile(sqlite_template, state_dir / "lms.sqlite")
    world = make_world(state_dir)
    with opened(world) as database, open_gradebook() as gradebook:
        gradebook.hold.clear()
        with database.writing() as session:
            run = give_course(session, at=now())
            target = pupil_with_a_column(session, gradebook, run, at=now())
            target_id = target.id
            release_score(session, target.person_id, run, "two", score=10, generation=1, at=now())

        def status() -> str | None:
            with database.reading() as reading:
                post = reading.get(ScorePost, target_id)
                return None if post is None else post.status

        with process(world, WORKER, log="first") as worker:
            assert gradebook.came.wait(60), "the score never came"
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait()
        assert status() == "sending"
        gradebook.hold.set()
        with process(world, WORKER, log="second"):
            eventually(lambda: status() == "sent", seconds=60)

    assert [score["scoreGiven"] for score in gradebook.scores] == [75, 75]
    first, second = (score["timestamp"] for score in gradebook.scores)
    assert first < second

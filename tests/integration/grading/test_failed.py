"""A grading that fails by our own fault stands where an administrator sees it, and can be done again."""

import shutil

import pytest
from sqlalchemy import select

from lms.clock import now
from lms.jobs import Failure, again
from lms.settings import Settings
from tests.factories.jobs import do_all, waiting
from tests.integration.grading.conftest import STEP, Class

pytestmark = pytest.mark.databases("sqlite")


def _broken_folder(made: Class) -> None:
    """The assignment's cached folder, torn: as after a disk that was full."""
    made.grade()
    settings: Settings = made.app.extensions["lms.settings"]
    for cache in ("assignments", "releases"):
        for path in (settings.state_dir / "cache" / cache).glob("*"):
            shutil.rmtree(path)
    torn = settings.state_dir / "cache" / "assignments" / made.run.snapshot_id / STEP / "source" / STEP
    torn.mkdir(parents=True)
    (torn / f"{STEP}.ipynb").write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')


def test_failed_grading_waits_for_an_administrator_and_is_mended_by_again(school_class: Class) -> None:
    school_class.hand_in(school_class.work("Первая"))
    _broken_folder(school_class)
    school_class.hand_in(school_class.work("Вторая"))
    for _ in range(4):
        do_all(school_class.app, "grading.grade")
    broken = school_class.attempts()[1]
    settings: Settings = school_class.app.extensions["lms.settings"]
    shutil.rmtree(settings.state_dir / "cache")

    with school_class.database.writing() as session:
        (failure,) = session.scalars(select(Failure)).all()
        again(session, failure.id, at=now())
    known = {job_id for job_id, _ in waiting(school_class.database, "grading.grade")}
    do_all(school_class.app, "grading.grade")

    assert broken.state in {"failed", "refused"}
    assert known
    assert school_class.attempts()[1].state == "needs_person"

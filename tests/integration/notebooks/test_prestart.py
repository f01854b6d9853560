"""The head start: asked for once, given by the hub, never in anybody's way."""

from datetime import timedelta

import pytest

from lms.clock import now
from lms.jobs import JobRun, list_waiting
from lms.notebooks.hub_api import HubApi, HubBusy
from lms.notebooks.prestart import HANDLER, RETRY_SECONDS, START, STEP_SECONDS, prestart
from lms.people.models import Person


def _run(database, person_id, attempt=1):
    HANDLER.run(JobRun("job", {"person_id": str(person_id)}, attempt, database, now))


def test_is_asked_for_once_however_often_a_person_comes(database, pupil):
    at = now()
    slot_end = at + timedelta(seconds=STEP_SECONDS)

    with database.writing() as session:
        for moment in (at, at, slot_end):
            prestart(session, pupil, at=moment)

    with database.reading() as session:
        assert [job.handler for job in list_waiting(session)] == [START, START]


@pytest.mark.databases("sqlite")
def test_has_the_hub_start_the_persons_server(database, pupil, token_hub):
    _run(database, pupil)

    assert token_hub.started == [f"u{pupil.hex}"]


@pytest.mark.databases("sqlite")
def test_waits_for_a_busy_hub_and_gives_up_quietly(database, pupil, token_hub, settings):
    token_hub.busy = True
    with pytest.raises(HubBusy):
        HubApi(settings).start_server("uanna")

    with pytest.raises(HubBusy):
        _run(database, pupil)
    _run(database, pupil, attempt=len(RETRY_SECONDS) + 1)

    assert token_hub.started == []


@pytest.mark.databases("sqlite")
def test_hub_that_is_down_fails_no_job(database, pupil, token_hub):
    token_hub.stop()

    _run(database, pupil)


@pytest.mark.databases("sqlite")
def test_locked_person_gets_no_server(database, pupil, token_hub):
    with database.writing() as session:
        session.get_one(Person, pupil).locked_at = now()

    _run(database, pupil)

    assert token_hub.started == []

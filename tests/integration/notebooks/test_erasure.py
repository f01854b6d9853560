"""Erasing a person reaches their notebook server, also when the hub is down just then."""

import pytest

from lms.clock import now
from lms.jobs import list_waiting
from lms.notebooks.erasure import FORGET
from lms.people.actor import Role
from lms.people.erasure import erase_person
from tests.factories.jobs import do_all, waiting
from tests.factories.people import make_person


def _erase(database, person_id):
    anna = make_person(database, "Анна", Role.ADMIN)
    with database.writing() as session:
        erase_person(session, person_id, by=anna, at=now())


@pytest.mark.databases("sqlite")
def test_erase_person_has_the_hub_forget_them_under_the_opaque_name_alone(app, database, pupil, token_hub):
    _erase(database, pupil)

    ((_, payload),) = waiting(database, FORGET)
    do_all(app, FORGET)

    assert payload["ids"] == {"name": f"u{pupil.hex}"}
    assert token_hub.forgotten == [f"u{pupil.hex}"]


@pytest.mark.databases("sqlite")
def test_erase_person_while_the_hub_is_down_is_tried_again(app, database, pupil, token_hub):
    token_hub.stop()
    _erase(database, pupil)

    do_all(app, FORGET)

    with database.reading() as session:
        tries = [job.attempt for job in list_waiting(session) if job.handler == FORGET]
    assert sorted(tries) == [1, 2]

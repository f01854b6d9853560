"""Locking somebody, signing them out everywhere and a new password reach their notebook server."""

import pytest

from lms.clock import now
from lms.notebooks.expulsion import EXPEL
from lms.people import lifecycle
from lms.people.actor import Role
from tests.factories.jobs import do_all, waiting
from tests.factories.people import make_person


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("act", [lifecycle.lock_person, lifecycle.sign_out])
def test_has_the_hub_sign_the_person_out(app, database, pupil, token_hub, act):
    anna = make_person(database, "Анна", Role.ADMIN)

    with database.writing() as session:
        act(session, pupil, by=anna, at=now())
    ((_, payload),) = waiting(database, EXPEL)
    do_all(app, EXPEL)

    assert payload["ids"] == {"name": f"u{pupil.hex}"}
    assert token_hub.signed_out == [f"u{pupil.hex}"]

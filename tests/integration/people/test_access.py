"""Who may open what: every route of these rooms, enumerated from the route table, for every role."""

from uuid import uuid4

import pytest

from lms.people.actor import Role
from lms.web.access import PUBLIC, SIGNED_IN, check_views, needed, needs
from tests.factories.people import browser_of, make_person, without_csrf

ROOMS = {"people", "people_admin", "groups", "notices", "admin"}
ALLOWED = {
    "people.manage": {Role.ADMIN},
    "people.audit": {Role.ADMIN},
    "people.accompany": {Role.TUTOR},
    "admin.open": {Role.ADMIN},
    "admin.jobs": {Role.ADMIN},
    SIGNED_IN: set(Role),
    PUBLIC: set(Role),
}
NOT_HERE = 403


def routes(app):
    """(permission, method, path with ids of nobody) of every route of ours."""
    adapter = app.url_map.bind("lms.localhost")
    for rule in app.url_map.iter_rules():
        if rule.endpoint.partition(".")[0] in ROOMS:
            values = {name: "x" if name == "token" else uuid4() for name in rule.arguments}
            for method in rule.methods & {"GET", "POST"}:
                yield needed(app, rule.endpoint), method, adapter.build(rule.endpoint, values, method)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("role", list(Role))
def test_every_route_is_open_to_the_roles_of_its_permission_alone(app, database, role):
    person_id = make_person(database, "Кто-то", role)
    wrong = []

    with without_csrf(app):
        for permission, method, path in routes(app):
            status = browser_of(app, person_id).open(path, method=method).status_code
            if (status == NOT_HERE) == (role in ALLOWED[permission]) or status >= 500:
                wrong.append((method, path, permission, status))

    assert wrong == []


@pytest.mark.databases("sqlite")
def test_every_route_sends_strangers_to_sign_in(app, client):
    wrong = []

    with without_csrf(app):
        for permission, method, path in routes(app):
            answer = client.open(path, method=method)
            if permission != PUBLIC and answer.status_code != (302 if method == "GET" else 401):
                wrong.append((method, path, answer.status_code))

    assert wrong == []


@pytest.mark.databases("sqlite")
def test_every_form_without_its_token_is_refused(app, database):
    browser = browser_of(app, make_person(database, "Анна", Role.ADMIN, Role.TUTOR))

    statuses = {path: browser.post(path).status_code for _, method, path in routes(app) if method == "POST"}

    assert set(statuses.values()) == {400}


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("view", [lambda: "", needs("people.typo")(lambda: "")], ids=["none", "unknown"])
def test_route_without_a_known_permission_stops_the_start(app, view):
    app.view_functions["people.forgotten"] = view

    with pytest.raises(RuntimeError, match=r"people\.forgotten"):
        check_views(app, set(ALLOWED))

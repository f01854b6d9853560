"""Connecting platforms, our keys, and launches that come at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.clock import now
from lms.database import Database
from lms.errors import Invalid
from lms.lti import consumers, registrations
from lms.lti.errors import LaunchTooOld
from lms.lti.launch import Launch, LtiVersion, PersonClaims, Place
from lms.lti.models import Consumer, Deployment, LaunchState, Registration, SigningKey
from lms.lti.registrations import PlatformDetails
from lms.lti.resource_links import MESSAGE
from lms.lti.roles import CourseRight
from lms.lti.sign_in import LoginRequest, VerifiedLaunch, begin_login, use_up

DETAILS = PlatformDetails(
    "https://a.example", "tool", "https://a.example/auth", "https://api.a.example/token", "https://a.example/jwks"
)
LAUNCH = Launch(LtiVersion.V1_3, "7", CourseRight.LEARNER, PersonClaims("Аня"), Place(link_id="1"))


def count(database: Database, table: type) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_adding_again_changes_and_never_doubles(database: Database) -> None:
    with database.writing() as session:
        registrations.add_platform(session, DETAILS, ["1", "2"], at=now())
    with database.writing() as session:
        moved = PlatformDetails(
            "https://a.example", "tool", "https://a.example:8443/auth", "https://a.example/t", "https://a.example/k"
        )
        registrations.add_platform(session, moved, ["2", "3"], origins=["https://www.a.example/x"], at=now())

    with database.reading() as session:
        ((row, deployments),) = registrations.list_platforms(session)
    assert [one.deployment_id for one in deployments] == ["1", "2", "3"]
    assert row.trusted_hosts == ["a.example:443", "a.example:8443"]
    assert row.origins == ["https://a.example:8443", "https://www.a.example"]


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/",
        "javascript:alert(1)",
        "a.example",
        "",
        "https://a.example; script-src *",
        "https://школа.рф/",
    ],
)
def test_url_of_another_kind_is_refused(database: Database, url: str) -> None:
    with pytest.raises(Invalid), database.writing() as session:
        registrations.add_platform(session, PlatformDetails("i", "c", url, url, url), ["1"], at=now())

    assert count(database, Registration) == 0


def test_consumer_keeps_its_secret_which_the_database_does_not_show(database: Database) -> None:
    with database.writing() as session:
        secret = consumers.add_consumer(session, "school", at=now())
    with database.writing() as session:
        again = consumers.add_consumer(session, "school", outcome_hosts=["10.0.0.7:8080"], at=now())
    with database.reading() as session:
        row = session.scalars(select(Consumer)).one()

    assert again == secret
    assert secret not in row.sealed_secret
    assert row.trusted_hosts == ["10.0.0.7:8080"]


@pytest.mark.case("X25")
def test_retired_key_stays_published_for_two_weeks(database: Database) -> None:
    at = now()
    with database.writing() as session:
        old, _ = registrations.signing_key(session, at=at)
    with database.writing() as session:
        new = registrations.rotate_key(session, at=at + timedelta(seconds=1))
    with database.reading() as session:
        soon = [jwk["kid"] for jwk in registrations.public_keys(session, at=at + timedelta(days=13))]
        later = [jwk["kid"] for jwk in registrations.public_keys(session, at=at + timedelta(days=15))]
        sealed = session.scalars(select(SigningKey.sealed_pem)).all()

    assert set(soon) == {old, new}
    assert later == [new]
    assert all("PRIVATE KEY" not in one for one in sealed)


@pytest.fixture
def verified(database: Database, app: Flask) -> VerifiedLaunch:
    """A launch that passed every check but the last: that it is the first of its kind."""
    with database.writing() as session:
        registration = registrations.add_platform(session, DETAILS, ["1"], at=now())
        target = f"{app.extensions['lms.settings'].tool_public_url}/lti/launch"
        begin_login(session, LoginRequest(DETAILS.issuer, "tool", "", "7", "", target), browser="b", at=now())
        state = session.scalars(select(LaunchState)).one()
        return VerifiedLaunch(state.id, registration, "1", MESSAGE, {}, LAUNCH)


def test_of_many_at_once_one_takes_the_state(database: Database, verified: VerifiedLaunch) -> None:
    def take(_: int) -> bool:
        try:
            with database.writing() as session:
                return use_up(session, verified, at=now()) is not None
        except LaunchTooOld:
            return False

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(take, range(40)))

    assert taken.count(True) == 1
    assert count(database, LaunchState) == 0


def test_unknown_deployment_is_remembered_as_waiting_once(database: Database, verified: VerifiedLaunch) -> None:
    strange = replace(verified, deployment_id="9")
    with database.writing() as session:
        assert use_up(session, strange, at=now()) is None
    with pytest.raises(LaunchTooOld), database.writing() as session:
        use_up(session, strange, at=now())

    with database.reading() as session:
        rows = session.execute(select(Deployment.deployment_id, Deployment.is_approved)).all()
    assert sorted(tuple(row) for row in rows) == [("1", True), ("9", False)]


def test_expired_logins_are_swept_away(database: Database, verified: VerifiedLaunch, app: Flask) -> None:
    target = f"{app.extensions['lms.settings'].tool_public_url}/lti/launch"
    later = now() + timedelta(minutes=11)
    with pytest.raises(LaunchTooOld), database.writing() as session:
        use_up(session, verified, at=later)
    with database.writing() as session:
        begin_login(session, LoginRequest(DETAILS.issuer, "tool", "", "7", "", target), browser="b", at=later)

    assert count(database, LaunchState) == 1

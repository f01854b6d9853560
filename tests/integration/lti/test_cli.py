"""`python3 -m lms lti …`: what is connected, switching it off and on, a new secret; and what launches make of it."""

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.database import Database
from lms.errors import NotFound
from lms.lti.cli import lti
from lms.people.models import AuditEntry
from lms.settings import Settings
from tests.contract.lti.acceptance.form_platform import ABSENT, FORM, FormPlatform

ISSUER, CLIENT = "https://a.example", "tool-a"
Run = Callable[..., str]


@pytest.fixture
def run(app: Flask, settings: Settings) -> Run:
    """A command that must succeed; returns what it printed."""
    environment = {
        "LMS_STATE_DIR": str(settings.state_dir),
        "LMS_DATABASE_URL": settings.database,
        "LMS_SECRET_KEY": settings.secret_key.get_secret_value(),
    }

    def invoke(*arguments: str) -> str:
        return CliRunner().invoke(lti, arguments, env=environment, catch_exceptions=False).output

    return invoke


@pytest.fixture
def connected(run: Run) -> str:
    """A platform of each version; the secret of the older one's."""
    urls = [f"--{name}-url={ISSUER}/{name}" for name in ("auth", "token", "jwks")]
    run("platform", "add", f"--issuer={ISSUER}", f"--client-id={CLIENT}", "--deployment-id=1", *urls)
    return run("consumer", "add", "--key=school", "--origin=https://www.school.example").strip()


@pytest.fixture
def base(settings: Settings) -> str:
    return settings.tool_public_url


def login(client: FlaskClient, base: str) -> int:
    query = {"iss": ISSUER, "client_id": CLIENT, "login_hint": "7", "target_link_uri": f"{base}/lti/launch"}
    return client.get(f"/lti/login?{urlencode(query)}", base_url=base).status_code


def launch(client: FlaskClient, base: str, secret: str) -> int:
    form = FormPlatform(None, "school", secret)  # type: ignore[arg-type]  # it signs, and sends nothing
    body = form.body(url=f"{base}/lti/1.1/launch", custom_course=ABSENT)
    return client.post("/lti/1.1/launch", data=body, headers=FORM, base_url=base).status_code


def actions(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.at, AuditEntry.id)))


def test_platform_switched_off_starts_no_login_until_it_is_on_again(
    run: Run, connected: str, client: FlaskClient, base: str, database: Database
) -> None:
    before = login(client, base)
    said = run("platform", "disable", ISSUER, CLIENT)
    off = login(client, base)
    run("platform", "disable", ISSUER, CLIENT)
    listed = run("platform", "list")
    run("platform", "enable", ISSUER, CLIENT)

    assert (before, off, login(client, base)) == (302, 400, 302)
    assert said == f"{ISSUER} as client {CLIENT} is off.\n"
    assert listed == f"{ISSUER}\t{CLIENT}\toff\t1\n"
    assert actions(database)[-2:] == ["lti.platform_disabled", "lti.platform_enabled"]


def test_consumer_switched_off_launches_nobody_until_it_is_on_again(
    run: Run, connected: str, client: FlaskClient, base: str, database: Database
) -> None:
    before = launch(client, base, connected)
    said = run("consumer", "disable", "school")
    off = launch(client, base, connected)
    listed = run("consumer", "list")
    run("consumer", "enable", "school")

    assert (before, off, launch(client, base, connected)) == (303, 403, 303)
    assert said == "school is off.\n"
    assert listed == "school\toff\thttps://www.school.example\n"
    assert [one for one in actions(database) if one.startswith("lti.consumer_")] == [
        "lti.consumer_added",
        "lti.consumer_disabled",
        "lti.consumer_enabled",
    ]


def test_rotated_secret_refuses_what_the_old_one_signed(
    run: Run, connected: str, client: FlaskClient, base: str, database: Database
) -> None:
    before = launch(client, base, connected)
    new = run("consumer", "rotate-secret", "school").strip()

    assert new != connected
    assert (before, launch(client, base, connected), launch(client, base, new)) == (303, 403, 303)
    assert "lti.secret_rotated" in actions(database)


def test_show_tells_all_but_the_secret(run: Run, connected: str, base: str) -> None:
    platform, consumer = run("platform", "show", ISSUER, CLIENT), run("consumer", "show", "school")

    for line in (
        f"issuer        {ISSUER}",
        f"client id     {CLIENT}",
        "state         on",
        f"token URL     {ISSUER}/token",
        "calls go to   a.example:443",
        "deployment    1",
        f"  login URL     {base}/lti/login",
    ):
        assert line in platform.splitlines()
    assert consumer.splitlines() == [
        "key           school",
        "state         on",
        "results go to public addresses",
        "frames from   https://www.school.example",
        f"launch URL    {base}/lti/1.1/launch",
    ]
    assert connected not in consumer


@pytest.mark.parametrize(
    "words",
    [
        ("platform", "show", ISSUER, "other"),
        ("platform", "disable", "https://b.example", CLIENT),
        ("platform", "enable", ISSUER, "other"),
        ("consumer", "show", "other"),
        ("consumer", "disable", "other"),
        ("consumer", "enable", "other"),
        ("consumer", "rotate-secret", "other"),
    ],
)
@pytest.mark.databases("sqlite")
def test_unknown_platform_is_named_in_one_sentence(
    run: Run, connected: str, database: Database, words: tuple[str, ...]
) -> None:
    before = actions(database)
    with pytest.raises(NotFound, match=r"see lti (platform|consumer) list"):
        run(*words)

    assert actions(database) == before

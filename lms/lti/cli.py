"""`python3 -m lms lti …`: connect platforms."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from sqlalchemy.orm import Session

from lms.app import create_app
from lms.clock import now
from lms.database import Database
from lms.errors import N_, NotFound
from lms.jobs.engine import Engine as JobEngine
from lms.lti import consumers, registrations
from lms.lti.models import Consumer, Deployment, Registration
from lms.lti.registrations import PlatformDetails
from lms.settings import Settings


@contextmanager
def _opened() -> Iterator[Database]:
    """The installation's database, and its connections closed again."""
    database: Database = create_app(Settings()).extensions["lms.database"]
    try:
        yield database
    finally:
        database.registries.get_existing(JobEngine).close()
        database.engine.dispose()


@contextmanager
def _reading() -> Iterator[Session]:
    with _opened() as database, database.reading() as session:
        yield session


@contextmanager
def _writing() -> Iterator[Session]:
    with _opened() as database, database.writing() as session:
        yield session


@click.group()
def lti() -> None:
    """Learning platforms that launch us by LTI."""


@lti.group()
def platform() -> None:
    """Platforms by LTI 1.3."""


@platform.command("add")
@click.option("--issuer", required=True, help="The platform's iss, letter for letter.")
@click.option("--client-id", required=True, help="What the platform calls us.")
@click.option("--deployment-id", "deployment_ids", multiple=True, help="Approved at once; may be given several times.")
@click.option("--auth-url", required=True, help="OIDC authentication request URL.")
@click.option("--token-url", required=True, help="Access token URL.")
@click.option("--jwks-url", required=True, help="The platform's public keys.")
@click.option("--origin", "origins", multiple=True, help="Another site that may show us in a frame.")
def add_platform(
    *,
    issuer: str,
    client_id: str,
    deployment_ids: tuple[str, ...],
    auth_url: str,
    token_url: str,
    jwks_url: str,
    origins: tuple[str, ...],
) -> None:
    """Connect a platform, or change what is known of it. The hosts of these URLs may be private addresses."""
    details = PlatformDetails(issuer, client_id, auth_url, token_url, jwks_url)
    with _writing() as session:
        registrations.add_platform(session, details, deployment_ids, origins=origins, at=now())
    click.echo(f"{issuer} is connected as client {client_id}. Tell the platform:")
    _print_addresses()


def _print_addresses() -> None:
    base = Settings().tool_public_url
    click.echo(f"  login URL     {base}/lti/login")
    click.echo(f"  redirect URL  {base}/lti/launch")
    click.echo(f"  target URL    {base}/lti/launch")
    click.echo(f"  public keys   {base}/lti/jwks.json")


@platform.command("list")
def list_platforms() -> None:
    """All of them, one a line, with their deployments."""
    with _reading() as session:
        for row, deployments in registrations.list_platforms(session):
            names = ", ".join(_with_state(one) for one in deployments)
            click.echo(f"{row.issuer}\t{row.client_id}\t{_state(row)}\t{names or '-'}")


def _one_platform(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.argument("issuer")(click.argument("client_id")(command))


@platform.command("show")
@_one_platform
def show_platform(issuer: str, client_id: str) -> None:
    """All that is known of one, and what to tell it."""
    with _reading() as session:
        row = _registration(session, issuer, client_id)
        deployments = registrations.list_deployments(session, row.id)
    _print_facts(
        ("issuer", row.issuer),
        ("client id", row.client_id),
        ("state", _state(row)),
        ("auth URL", row.auth_url),
        ("token URL", row.token_url),
        ("keys URL", row.jwks_url),
        ("calls go to", ", ".join(row.trusted_hosts)),
        ("frames from", ", ".join(row.origins)),
        *(("deployment", _with_state(one)) for one in deployments),
    )
    click.echo("Tell the platform:")
    _print_addresses()


@platform.command("disable")
@_one_platform
def disable_platform(issuer: str, client_id: str) -> None:
    """Let it launch us no more; nothing is lost."""
    _switch_platform(issuer, client_id, on=False)


@platform.command("enable")
@_one_platform
def enable_platform(issuer: str, client_id: str) -> None:
    """Let it launch us again."""
    _switch_platform(issuer, client_id, on=True)


def _switch_platform(issuer: str, client_id: str, *, on: bool) -> None:
    with _writing() as session:
        row = registrations.switch_platform(session, _registration(session, issuer, client_id).id, on=on, at=now())
    click.echo(f"{issuer} as client {client_id} is {_state(row)}.")


@platform.command("rotate-keys")
def rotate_keys() -> None:
    """Sign with a new key from now on; the old one stays published for two weeks."""
    with _writing() as session:
        kid = registrations.rotate_key(session, at=now())
    click.echo(f"The new key is {kid}.")


@lti.group()
def consumer() -> None:
    """Platforms by LTI 1.1."""


@consumer.command("add")
@click.option("--key", required=True, help="The consumer key.")
@click.option("--outcome-host", "hosts", multiple=True, help="host:port of an intranet platform that gets results.")
@click.option("--origin", "origins", multiple=True, help="A site that may show us in a frame.")
def add_consumer(key: str, hosts: tuple[str, ...], origins: tuple[str, ...]) -> None:
    """Connect a platform and print its shared secret, alone on a line. A key that is known keeps its secret."""
    with _writing() as session:
        secret = consumers.add_consumer(session, key, origins=origins, outcome_hosts=hosts, at=now())
    click.echo(secret)


@consumer.command("list")
def list_consumers() -> None:
    """All of them, one a line, without secrets."""
    with _reading() as session:
        for row in consumers.list_consumers(session):
            click.echo(f"{row.key}\t{_state(row)}\t{', '.join(row.origins) or '-'}")


@consumer.command("show")
@click.argument("key")
def show_consumer(key: str) -> None:
    """All that is known of one but its secret, and what to tell it."""
    with _reading() as session:
        row = _consumer(session, key)
    _print_facts(
        ("key", row.key),
        ("state", _state(row)),
        ("results go to", ", ".join(row.trusted_hosts) or "public addresses"),
        ("frames from", ", ".join(row.origins) or "-"),
        ("launch URL", f"{Settings().tool_public_url}/lti/1.1/launch"),
    )


@consumer.command("disable")
@click.argument("key")
def disable_consumer(key: str) -> None:
    """Let it launch us no more; nothing is lost."""
    _switch_consumer(key, on=False)


@consumer.command("enable")
@click.argument("key")
def enable_consumer(key: str) -> None:
    """Let it launch us again."""
    _switch_consumer(key, on=True)


def _switch_consumer(key: str, *, on: bool) -> None:
    with _writing() as session:
        row = consumers.switch_consumer(session, _consumer(session, key).id, on=on, at=now())
    click.echo(f"{key} is {_state(row)}.")


@consumer.command("rotate-secret")
@click.argument("key")
def rotate_secret(key: str) -> None:
    """Print a new shared secret, alone on a line; launches signed with the old one are refused from now on."""
    with _writing() as session:
        secret = consumers.rotate_secret(session, _consumer(session, key).id, at=now())
    click.echo(secret)


def _registration(session: Session, issuer: str, client_id: str) -> Registration:
    row = registrations.find_platform(session, issuer, client_id)
    if row is None:
        raise NotFound(
            N_("No platform %(issuer)s is connected as client %(client)s: see lti platform list."),
            issuer=issuer,
            client=client_id,
        )
    return row


def _consumer(session: Session, key: str) -> Consumer:
    row = consumers.find_consumer(session, key)
    if row is None:
        raise NotFound(N_("No platform has the key %(key)s: see lti consumer list."), key=key)
    return row


def _print_facts(*facts: tuple[str, str]) -> None:
    for word, value in facts:
        click.echo(f"{word:13} {value}")


def _state(row: Registration | Consumer) -> str:
    return "on" if row.is_active else "off"


def _with_state(deployment: Deployment) -> str:
    return deployment.deployment_id + ("" if deployment.is_approved else " (waits)")

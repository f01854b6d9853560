"""`python3 -m lms lti …`: connect platforms."""

import click

from lms.app import create_app
from lms.clock import now
from lms.database import Database
from lms.lti import registrations
from lms.lti.registrations import PlatformDetails
from lms.settings import Settings


def _database() -> Database:
    database: Database = create_app(Settings()).extensions["lms.database"]
    return database


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
    with _database().writing() as session:
        registrations.add_platform(session, details, deployment_ids, origins=origins, at=now())
    base = Settings().tool_public_url
    click.echo(f"{issuer} is connected as client {client_id}. Tell the platform:")
    click.echo(f"  login URL     {base}/lti/login")
    click.echo(f"  redirect URL  {base}/lti/launch")
    click.echo(f"  target URL    {base}/lti/launch")
    click.echo(f"  public keys   {base}/lti/jwks.json")


@platform.command("list")
def list_platforms() -> None:
    """All of them, one a line, with their deployments."""
    with _database().reading() as session:
        for row, deployments in registrations.list_platforms(session):
            names = ", ".join(d.deployment_id + ("" if d.is_approved else " (waits)") for d in deployments)
            click.echo(f"{row.issuer}\t{row.client_id}\t{'on' if row.is_active else 'off'}\t{names or '-'}")


@platform.command("rotate-keys")
def rotate_keys() -> None:
    """Sign with a new key from now on; the old one stays published for two weeks."""
    with _database().writing() as session:
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
    with _database().writing() as session:
        secret = registrations.add_consumer(session, key, origins=origins, outcome_hosts=hosts, at=now())
    click.echo(secret)


@consumer.command("list")
def list_consumers() -> None:
    """All of them, one a line, without secrets."""
    with _database().reading() as session:
        for row in registrations.list_consumers(session):
            click.echo(f"{row.key}\t{'on' if row.is_active else 'off'}\t{', '.join(row.origins) or '-'}")

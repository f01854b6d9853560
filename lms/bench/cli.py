"""`python3 -m lms bench …`: measurements that anybody can repeat. They say what is; no test depends on them."""

import click


@click.group()
def bench() -> None:
    """What the product costs a processor, beside others."""


@bench.command()
@click.option(
    "--rounds", default=30, show_default=True, type=click.IntRange(1), help="Turns of each, after a first one."
)
@click.option("--launches", default=10, show_default=True, type=click.IntRange(1), help="Launches in a turn.")
def lti(*, rounds: int, launches: int) -> None:
    """CPU time of a launch: ours, PyLTI1p3's fork validating alone, bare RSA verification."""
    from lms.bench.lti import measure

    click.echo(f"{'CPU of one launch, median of ' + str(rounds) + ' rounds':56} {'µs':>8} {'per second and core':>20}")
    for one in measure(rounds, launches):
        click.echo(f"{one.what:56} {one.microseconds:8.0f} {1e6 / one.microseconds:20.0f}")

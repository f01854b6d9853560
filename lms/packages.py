"""The commands about the environment itself: `install` makes it, `lock` pins what goes into it."""

import subprocess
import sys
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent
LOCKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("requirements.lock", ("pyproject.toml",)),
    ("requirements-dev.lock", ("pyproject.toml", "--group", "dev", "--constraint", "deploy/requirements.lock")),
)
OLDEST_PYTHON = "3.11"


@click.command()
def install() -> None:
    """Make the virtual environment and do nothing else."""
    click.echo(f"{sys.prefix} is ready.")  # the bootstrap made it before this line could run


@click.command()
@click.option("--upgrade", is_flag=True, help="Take the newest versions instead of keeping those already pinned.")
def lock(*, upgrade: bool) -> None:
    """Refresh the lock files in deploy/ from pyproject.toml.

    They pin every package with its hashes, for all platforms at once, so that one file serves everybody.
    """
    pinned = (ROOT / "deploy" / "requirements-uv.lock").read_text().split()[0].replace("==", "-")
    uv = Path(sys.prefix) / pinned / "bin" / "uv"
    for name, sources in LOCKS:
        command = [str(uv), "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-header"]
        command += ["--no-annotate", "--python-version", OLDEST_PYTHON, "--output-file", f"deploy/{name}"]
        command += [*sources, *(["--upgrade"] if upgrade else [])]
        if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
            raise click.ClickException("the lock files were left as they were: uv says above what does not fit.")
        click.echo(f"deploy/{name} is up to date.")

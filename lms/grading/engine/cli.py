"""`grade COURSE_DIR ASSIGNMENT NOTEBOOK`: one file, outside the database."""

import json
from pathlib import Path

import click

from lms.grading.engine.course import WrongCall
from lms.grading.engine.grading import grade
from lms.grading.engine.limits import Limits
from lms.grading.engine.results import GradeResult, Isolation, as_json

_WRONG_CALL = 2


def _print_table(result: GradeResult) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if result.message is not None:
        console.print(f"{result.status.value} ({result.reason}): {result.message}", markup=False)
        return
    table = Table("Cell", "Points", "Of", "")
    for cell in result.cells:
        table.add_row(
            cell.name, "?" if cell.score is None else str(cell.score), str(cell.max_score), cell.message or cell.outcome
        )
    console.print(table)
    manual = f", {result.manual_max_score} more from a person" if result.manual_max_score else ""
    console.print(f"{result.status.value}: {result.score} of {result.max_score}{manual}", markup=False)


@click.command("grade")
@click.argument("course_dir", type=click.Path(path_type=Path))
@click.argument("assignment")
@click.argument("notebook", type=click.Path(path_type=Path))
@click.option("--json", "as_line", is_flag=True, help="Print one line of JSON.")
@click.option("--seconds", type=float, default=Limits().wall_seconds, show_default=True, help="Time for all of it.")
@click.option("--cell-seconds", type=float, default=Limits().cell_seconds, show_default=True, help="Time for a cell.")
@click.option("--cache", type=click.Path(path_type=Path), help="Folder that keeps release versions between calls.")
@click.pass_context
def grade_command(
    context: click.Context,
    *,
    course_dir: Path,
    assignment: str,
    notebook: Path,
    as_line: bool,
    seconds: float,
    cell_seconds: float,
    cache: Path | None,
) -> None:
    """Grade NOTEBOOK as a submission to ASSIGNMENT of the nbgrader course directory COURSE_DIR.

    Writes nothing there. Ends with 0 when there is a result of any kind, with 2 for a wrong call.
    """
    limits = Limits(wall_seconds=seconds, cell_seconds=cell_seconds)
    try:
        with notebook.open("rb") as file:
            data = file.read(limits.notebook_bytes + 1)
        result = grade(course_dir, assignment, data, limits=limits, cache_dir=cache)
    except OSError as error:
        click.echo(f"Can't read {error.filename or notebook}: {error.strerror or error}.", err=True)
        context.exit(_WRONG_CALL)
    except WrongCall as error:
        click.echo(str(error), err=True)
        context.exit(_WRONG_CALL)
    if result.isolation is Isolation.LIMITS_ONLY:
        click.echo("Warning: no sandbox on this machine; the code ran with limits only.", err=True)
    if result.diagnostics:
        click.echo(result.diagnostics, err=True)
    if as_line:
        click.echo(json.dumps(as_json(result), ensure_ascii=False))
    else:
        _print_table(result)


if __name__ == "__main__":
    grade_command()

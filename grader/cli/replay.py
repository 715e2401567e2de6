"""`grader replay`: does a report come out again?"""

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader import grade
from grader import replay as again
from grader import report as reports
from grader.assignment import load
from grader.cli.options import course_option, sandbox_options
from grader.cli.show import plain
from grader.lms import incoming
from grader.sandbox.backends import Choice

MAX_ROWS = 60
MAX_CHARACTERS = 200


@click.command()
@click.argument("report", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--submission",
    "handed_in",
    type=click.Path(path_type=Path),
    required=True,
    help="What was graded, or the export of the class that it came in.",
)
@course_option
@sandbox_options
def replay(report: Path, handed_in: Path, course: Path, sandbox: Choice) -> None:
    """Make a REPORT again, under the limits and threads it names, and compare, times aside.

    What differs is listed with the likely cause: changed files, other versions, other walls,
    another submission. Where nothing explains it, two more runs tell which tests flicker.

    Exit code 0: the same. 1: something differs.

    \b
    grader replay results/reports/ann.json --submission submissions/ann.zip
    grader replay results/reports/testann_1001.json --submission submissions.zip
    """
    old = reports.read(report)
    assignment = load(old.assignment.id, course)
    entry = incoming.entry_of(handed_in, assignment.id, old.submission.id)
    submitted = entry.take_in(assignment) if entry else grade.take_in(assignment, handed_in)
    with grade.opened(old.assignment.id, course, sandbox) as grader:
        found = again.replay(grader, old, submitted)
    if not found.differences:
        click.echo("the same, times aside")
        sys.exit(0)
    console = Console()
    console.print(_table(found.differences[:MAX_ROWS]))
    if len(found.differences) > MAX_ROWS:
        console.print(f"… and {len(found.differences) - MAX_ROWS} more")
    for words in _causes(found):
        console.print(Text(f"likely cause: {plain(words)}"), soft_wrap=True)
    sys.exit(1)


def _causes(found: again.Replayed) -> list[str]:
    words = [*found.causes, *(f"{test} flickers" for test in found.flickering)]
    if found.is_unexplained:
        words.append(
            "none found: nothing that it was made with has changed, and runs of now agree with "
            "each other; another machine, or the report was changed by hand"
        )
    return words


def _table(differences: tuple[again.Difference, ...]) -> Table:
    table = Table(expand=True)
    table.add_column("field", overflow="fold", ratio=2)
    table.add_column("old", overflow="fold", ratio=1)
    table.add_column("new", overflow="fold", ratio=1)
    for own in differences:
        table.add_row(*(Text(_cut(text)) for text in (own.place, own.old, own.new)))
    return table


def _cut(text: str) -> str:
    shown = plain(text)
    return shown if len(shown) <= MAX_CHARACTERS else f"{shown[: MAX_CHARACTERS - 1]}…"

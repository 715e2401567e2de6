"""`grader similar`: which submissions have much in common."""

from collections.abc import Iterator
from pathlib import Path

import click

from grader.assignment import Assignment, load
from grader.cli.options import assignment_argument, course_option
from grader.cli.show import plain, show_skipped
from grader.errors import SubmissionError, UsageError
from grader.lms import incoming
from grader.pages import csv_text, similar_page
from grader.report import write_atomically
from grader.similarity import LEAST, compare
from grader.submission import Submission

PAIRS = "pairs.csv"
PAGE = "index.html"
MOST_LISTED = 20


@click.command()
@assignment_argument
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="The folder to write to.",
)
@click.option(
    "--earlier",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Submissions of another year, in any form of SUBMISSIONS; pairs of two of them are not "
    "told. May be given again.",
)
@click.option(
    "--least",
    type=click.FloatRange(0.3, 1),
    default=LEAST,
    show_default=True,
    help="What part of one answer the other has too, for a pair to be told.",
)
@course_option
def similar(
    assignment: str,
    submissions: Path,
    out: Path,
    earlier: tuple[Path, ...],
    least: float,
    course: Path,
) -> None:
    """Find pairs of submissions that have much in common, for a person to look at.

    SUBMISSIONS is what `grader batch` takes. Task by task, answers are compared by the structure of
    their code: other names, comments, text and layout change nothing. What was handed out does not
    count, nor what many have. No score follows from it: short tasks have few right answers.

    \b
    grader similar building_blocks submissions/ --out alike/
    grader similar building_blocks submissions.zip --earlier last_year.zip --out alike/
    """
    loaded = load(assignment, course)
    own = list(_taken_in(loaded, submissions))
    others = [one for path in earlier for one in _taken_in(loaded, path)]
    found = compare(loaded, own, others, least=least)
    rows: list[list[str | float]] = [
        [pair.task, *pair.owners, *(round(100 * share) for share in pair.shares)]
        for pair in found.pairs
    ]
    head = ("task", "first", "second", "percent of first", "percent of second")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror})") from error
    write_atomically(out / PAIRS, csv_text(head, rows).encode())
    page = similar_page(loaded.title, found.pairs, found.texts, found.left_out, found.answers)
    write_atomically(out / PAGE, page.encode())
    for pair in found.pairs[:MOST_LISTED]:
        shares = " and ".join(f"{100 * share:.0f} %" for share in pair.shares)
        click.echo(plain(f"{pair.task}: {' and '.join(pair.owners)}, {shares}"))
    if len(found.pairs) > MOST_LISTED:
        click.echo(f"… and {len(found.pairs) - MOST_LISTED} more")
    pairs = "1 pair" if len(found.pairs) == 1 else f"{len(found.pairs)} pairs"
    click.echo(f"{len(own)} submissions: {pairs}; answers not compared: {len(found.left_out)}")
    click.echo(f"{out / PAGE}\n{out / PAIRS}")


def _taken_in(assignment: Assignment, path: Path) -> Iterator[Submission]:
    """Yield the submissions that can be taken in; tell of the others."""
    found = incoming.read(path, assignment.id)
    show_skipped(found)
    for entry in found.entries:
        try:
            yield entry.take_in(assignment)
        except SubmissionError as error:
            click.echo(plain(f"refused: {error}"), err=True)

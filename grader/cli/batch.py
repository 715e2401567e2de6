"""`grader batch`: a folder of submissions."""

import sys
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console

from grader import batch as many
from grader import grade
from grader.assignment import load, load_reference
from grader.cli.options import assignment_argument, course_option, jobs_option, sandbox_options
from grader.cli.progress import end_in_order, shown
from grader.cli.show import plain, show_missing, show_skipped
from grader.lms import incoming
from grader.lms.roster import Roster
from grader.lms.roster import read as read_roster
from grader.sandbox.backends import Choice

MAX_LISTED = 20  # on the terminal; missing.csv has them all


@click.command()
@assignment_argument
@click.argument("submissions", type=click.Path(path_type=Path))
@course_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Where reports/, summary.csv and index.html go.",
)
@click.option(
    "--roster",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A CSV of the class: whose submission is whose, and who has none.",
)
@jobs_option
@click.option("--resume", is_flag=True, help="Keep what is already reported; grade the rest.")
@sandbox_options
def batch(
    assignment: str,
    submissions: Path,
    course: Path,
    out: Path,
    roster: Path | None,
    jobs: int,
    resume: bool,
    sandbox: Choice,
) -> None:
    """Grade every submission of a folder, or of another system's export.

    SUBMISSIONS is a folder whose entries are one submission each, or what Canvas, Moodle,
    Brightspace or Gradescope gave, packed or unpacked, or an nbgrader course; of these, the newest
    submission of each student is graded.

    A broken submission never stops the others. Interrupted, by Ctrl-C or worse, at most what
    was in flight is lost: `--resume` goes on, and grades anew only what has changed.

    \b
    grader batch building_blocks submissions/ --out results/
    grader batch building_blocks submissions/ --out results/ --resume
    grader batch building_blocks submissions.zip --out results/ --roster gradebook.csv
    """
    loaded = load(assignment, course)
    load_reference(loaded)  # what is wrong with it is told before all else
    known = read_roster(roster) if roster is not None else None
    found = incoming.read(submissions, loaded.id, known)
    many.prepare(submissions, out, resume=resume)
    console = Console(stderr=True)
    show_skipped(found)
    end_in_order()
    choice = replace(sandbox, jobs=jobs, closed=(submissions, out))
    try:
        with (
            many.alone(out),
            grade.opened(assignment, course, choice) as grader,
            shown(console, "grading", len(found.entries)) as advance,
        ):

            def tell(outcome: many.Outcome) -> None:
                advance(outcome.word, f"refused: {outcome.refusal}" if outcome.refusal else "")

            result = many.run(grader, found.entries, out, jobs=jobs, tell=tell)
            many.write_missing(out, found.missing if known is not None else None)
    except KeyboardInterrupt:
        raise KeyboardInterrupt("--resume goes on from here") from None
    words = ", ".join(f"{count} {word}" for word, count in sorted(result.counts.items()))
    kept = f" ({result.kept} kept from before)" if result.kept else ""
    of = f" from {found.system}" if found.system else ""
    click.echo(f"{len(found.entries)} submissions{of}: {words}{kept}")
    if known is not None:
        _tell_of_roster(found, known, out)
    click.echo(f"{out / many.INDEX}\n{out / many.SUMMARY}\n{out / many.REPORTS}/")
    sys.exit(1 if result.needs_staff else 0)


def _tell(line: str) -> None:
    click.echo(plain(line), err=True)


def _tell_of_roster(found: incoming.Incoming, roster: Roster, out: Path) -> None:
    """Print who of the roster has no submission, and which submissions are of nobody in it."""
    for words in found.twice:
        _tell(f"two submissions of one student: {words}")
    for name in found.unknown:
        _tell(f"not in the roster: {name}")
    show_missing(found.missing, len(roster.students), MAX_LISTED)
    if found.missing:
        click.echo(out / many.MISSING)

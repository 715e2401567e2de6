"""`grader regrade`: what would change, before it changes."""

import sys
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader import batch, grade
from grader import regrade as anew
from grader.assignment import load, load_reference
from grader.cli.options import (
    assignment_argument,
    course_option,
    jobs_option,
    reports_option,
    sandbox_options,
)
from grader.cli.progress import end_in_order, shown
from grader.cli.show import plain, show_skipped
from grader.errors import UsageError
from grader.lms import incoming
from grader.pages.rendering import points
from grader.report import write_atomically
from grader.sandbox.backends import Choice

# Of the table on a terminal; --out has them all.
MAX_ROWS = 200
MAX_TESTS = 6


@click.command()
@assignment_argument
@reports_option
@click.option(
    "--submissions",
    type=click.Path(path_type=Path),
    required=True,
    help="The folder or export of submissions that was graded.",
)
@course_option
@jobs_option
@click.option("--all", "everything", is_flag=True, help="Grade also what nothing has changed for.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the table, as CSV, to this file.",
)
@click.option(
    "--commit",
    is_flag=True,
    help="Write the new reports and pages; the old reports are kept in history/.",
)
@sandbox_options
def regrade(
    assignment: str,
    reports: Path,
    submissions: Path,
    course: Path,
    jobs: int,
    everything: bool,
    out: Path | None,
    commit: bool,
    sandbox: Choice,
) -> None:
    """Show what grading anew would change: who gains, who loses, by how much, and why.

    Writes nothing without --commit. A lost point is graded twice more before it is believed;
    a test whose runs disagree is named, and the better result counts. A fault of the grader
    changes no report. Interrupted, the same command goes on.

    Exit code 0: nothing changes. 1: something would change (with --commit: has changed), or
    needs staff.

    \b
    grader regrade building_blocks --reports results/ --submissions submissions/
    grader regrade building_blocks --reports results/ --submissions submissions/ --commit
    """
    reference = load_reference(load(assignment, course))  # what is wrong with it is told first
    folder = batch.folder_of(reports)
    found = incoming.read(submissions, reference.assignment.id)
    entries = found.entries
    if out is not None and not out.absolute().parent.is_dir():
        raise UsageError(f"{out}: its folder does not exist; expected one to write to")
    if commit:
        batch.prepare(submissions, folder, resume=True)
    show_skipped(found)
    end_in_order()
    try:
        with ExitStack() as stack:
            if commit:
                stack.enter_context(batch.alone(folder))
            choice = replace(sandbox, jobs=jobs, closed=(submissions, folder))
            grader = stack.enter_context(grade.opened(reference.assignment.id, course, choice))
            advance = stack.enter_context(shown(Console(stderr=True), "regrading", len(entries)))
            rows = anew.run(
                grader,
                entries,
                folder,
                jobs=jobs,
                everything=everything,
                commit=commit,
                tell=lambda row: advance(row.fate),
            )
    except KeyboardInterrupt:
        went_on = "the same command goes on from here" if commit else "nothing was written"
        raise KeyboardInterrupt(went_on) from None
    if out is not None:
        write_atomically(out, anew.rows_csv(rows))
    _show(Console(), rows)
    graded = sum(bool(row.graded) for row in rows)
    click.echo(f"{len(rows)} submissions, {graded} graded anew: {anew.counted(rows)}")
    if commit:
        click.echo(f"{folder / batch.INDEX}\n{folder / batch.REPORTS}/")
    elif anew.needs_staff(rows):
        click.echo("Nothing was written; --commit writes the new reports.")
    sys.exit(1 if anew.needs_staff(rows) else 0)


def _show(console: Console, rows: list[anew.Row]) -> None:
    """Print who changes and why, what each test does to the class, and what needs staff."""
    changing = [row for row in rows if row.fate in ("loses", "gains", "changes")]
    told = [row for row in changing if row.by or any(own.is_of_verdict for own in row.changes)]
    if told:
        console.print(_table_of_rows(told[:MAX_ROWS]))
        if len(told) > MAX_ROWS:
            console.print(f"… and {len(told) - MAX_ROWS} more; --out has them all")
    if changing:
        console.print(_table_of_tests(changing))
    flickering = Counter(test for row in rows for test in row.flickering)
    for test, count in sorted(flickering.items()):
        line = (
            f"flickers: {plain(test)} ({_counted(count, 'submission')}); the better result counts"
        )
        console.print(Text(line, style="magenta"), soft_wrap=True)
    for row in rows:
        if row.fate in ("not regraded", "refused", "no report", "no submission"):
            # The reason of a refusal begins with the entry's name.
            words = [row.note] if row.fate == "refused" else [row.id, *filter(None, [row.note])]
            line = f"{row.fate}: {plain(': '.join(words))}"
            console.print(Text(line, style="yellow"), soft_wrap=True)


def _table_of_rows(rows: list[anew.Row]) -> Table:
    table = Table(title="Who", title_justify="left", title_style="bold", expand=True)
    table.add_column("submission", overflow="fold")
    for name in ("old", "new", "by"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("tests, and why they may differ", ratio=1)
    for row in rows:
        table.add_row(
            Text(plain(row.id)),
            _points(row.score_before),
            _points(row.score_now) + (f" + {points(row.open_now)} open" if row.open_now else ""),
            Text(_signed(row.by), style="red" if row.fate == "loses" else "green"),
            Text(plain("\n".join([*_tests(row), *(f"· {reason}" for reason in row.why)]))),
        )
    return table


def _tests(row: anew.Row) -> list[str]:
    """Return a line for each test with another verdict, the first few, and how many others."""
    verdicts = [change for change in row.changes if change.is_of_verdict]
    lines = [
        f"{change.task}/{change.test}: {change.was or 'new'} → {change.now or 'gone'}"
        for change in verdicts[:MAX_TESTS]
    ]
    if len(verdicts) > MAX_TESTS:
        lines.append(f"… and {len(verdicts) - MAX_TESTS} more")
    moved = sum(change.is_of_points and not change.is_of_verdict for change in row.changes)
    return [*lines, f"{_counted(moved, 'test')} with other points"] if moved else lines


def _table_of_tests(rows: list[anew.Row]) -> Table:
    table = Table(title="Tests", title_justify="left", title_style="bold", expand=True)
    table.add_column("test", overflow="fold", ratio=1)
    for name in ("lose", "gain", "points lost", "points gained"):
        table.add_column(name, justify="right", no_wrap=True)
    by_test: dict[str, list[float]] = {}
    for row in rows:
        for change in row.changes:
            by = (change.points_now or 0.0) - (change.points_before or 0.0)
            by_test.setdefault(f"{change.task}/{change.test}", []).append(by)
    for test, gains in by_test.items():
        lost, won = [by for by in gains if by < 0], [by for by in gains if by > 0]
        counts = (str(len(lost)), str(len(won)))
        table.add_row(Text(plain(test)), *counts, points(-sum(lost)), points(sum(won)))
    return table


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' if count != 1 else ''}"


def _points(value: float | None) -> str:
    return "none" if value is None else points(value)


def _signed(value: float | None) -> str:
    return "" if value is None else f"{'+' if value > 0 else ''}{points(value)}"

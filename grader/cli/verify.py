"""`grader verify`: does an assignment grade as its author says?"""

import sys
import time
from dataclasses import replace
from pathlib import Path
from textwrap import indent

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from grader import grade
from grader.cli.options import assignment_argument, course_option, jobs_option, sandbox_options
from grader.cli.progress import end_in_order
from grader.cli.show import plain, shown
from grader.errors import UsageError
from grader.pages import verify_page
from grader.report import write_atomically
from grader.sandbox.backends import Choice
from grader.verify import Finding, Plan, TaskMatrix
from grader.verify import verify as check_everything


@click.command()
@assignment_argument
@course_option
@click.option("--quick", is_flag=True, help="Leave out mutants, certificate and planted tokens.")
@click.option(
    "--seeds",
    type=click.IntRange(0, 100_000),
    default=200,
    show_default=True,
    help="How many variations of the hidden inputs the certificate grades the solution on.",
)
@click.option(
    "--mutants",
    type=click.IntRange(0, 100_000),
    default=200,
    show_default=True,
    help="How many mutants of each task's solution are tried, evenly spread over all there are.",
)
@click.option(
    "--least",
    type=click.FloatRange(0, 100),
    default=80,
    show_default=True,
    help="The percentage of a task's mutants that its hidden tests must catch.",
)
@jobs_option
@click.option(
    "--state",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where an interrupted run leaves what it has done, for the next one to go on from.  "
    "[default: .grader/verify in the course]",
)
@click.option(
    "--page",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write all of it to this file, as a page for a browser.",
)
@click.option("--quiet", is_flag=True, help="Print only what does not hold, and the count.")
@sandbox_options
def verify(
    assignment: str,
    course: Path,
    quick: bool,
    seeds: int,
    mutants: int,
    least: float,
    jobs: int,
    state: Path | None,
    page: Path | None,
    quiet: bool,
    sandbox: Choice,
) -> None:
    """Prove that an assignment tells right from wrong, before students see it.

    The solution and every alternative earn full marks, the stub nothing, each known mistake
    exactly its points; code that returns nonsense, lies, exits or hangs earns nothing and never
    makes the judge fail. Of the solution's mutants (copies with one small mistake) the hidden
    tests catch enough; right answers pass with other hidden inputs, threads and precisions, time
    after time; nothing private is in what a student can see.

    \b
    grader verify building_blocks --quick
    grader verify building_blocks --page verify.html
    """
    if page is not None and not page.parent.is_dir():
        raise UsageError(f"{page.parent}: no such folder; expected one for the page")
    console = Console()
    choice = replace(sandbox, jobs=jobs)
    plan = Plan(
        sandbox=choice,
        show=shown,
        jobs=jobs,
        is_quick=quick,
        mutants=mutants,
        least_score=least / 100,
        seeds=seeds,
        state=state,
    )
    end_in_order()
    start = time.monotonic()
    with grade.opened(assignment, course, choice) as grader, _Looker(console, quiet) as looker:
        verified = check_everything(grader, plan, looker)
    wrong = sum(not finding.holds for finding in verified.findings)
    total = len(verified.findings)
    if page is not None:
        write_atomically(page, verify_page(grader.assignment.title, verified))
    if not quiet:
        for matrix in verified.matrices:
            _show_matrix(console, matrix)
        words = ", ".join(f"{stage} {took:.0f} s" for stage, took in verified.seconds.items())
        console.print(words, highlight=False)
        if page is not None:
            console.print(str(page), markup=False, highlight=False, soft_wrap=True)
    seconds = time.monotonic() - start
    console.print(f"{total - wrong} of {total} checks hold ({seconds:.0f} s)", highlight=False)
    sys.exit(1 if wrong else 0)


class _Looker:
    """Prints each finding as it is made, and on a terminal a bar for the stage."""

    def __init__(self, console: Console, quiet: bool) -> None:
        self._console = console
        self._quiet = quiet
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            auto_refresh=False,  # without a thread of its own: each step redraws it
            disable=not sys.stderr.isatty(),
        )
        self._bar = self._progress.add_task("starting", total=None)

    def __enter__(self) -> "_Looker":
        self._progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._progress.stop()

    def begin(self, stage: str, total: int) -> None:
        self._progress.reset(self._bar, description=stage, total=total)
        self._progress.refresh()

    def step(self) -> None:
        self._progress.update(self._bar, advance=1, refresh=True)

    def found(self, finding: Finding) -> None:
        if self._quiet and finding.holds:
            return
        mark, style = ("✓", "green") if finding.holds else ("✗", "red")
        self._console.print(Text(f"{mark} {plain(finding.check)}", style=style), soft_wrap=True)
        for problem in finding.problems:
            self._console.print(Text(indent(plain(problem), "    ")), soft_wrap=True)
        if not self._quiet:
            for note in finding.notes:
                self._console.print(Text(indent(plain(note), "    "), style="dim"), soft_wrap=True)


def _show_matrix(console: Console, matrix: TaskMatrix) -> None:
    names = [test.removeprefix("test_") for test in matrix.tests]
    title = f"{plain(matrix.title)}: which test catches which mistake"
    console.print(Text(title, style="bold"))
    console.print(_matrix_table(matrix))
    console.print(Text("  ".join(f"{n} {name}" for n, name in enumerate(names, 1)), style="dim"))


def _matrix_table(matrix: TaskMatrix) -> Table:
    """Return mistakes down and tests across, each test by its number."""
    table = Table(padding=(0, 0), show_edge=False)
    table.add_column("mistake", overflow="ellipsis", max_width=30)
    for number in range(1, len(matrix.tests) + 1):
        table.add_column(str(number), justify="center", min_width=2)
    for mistake, tests in matrix.caught.items():
        signs = [Text("✗", style="red") if test in tests else "·" for test in matrix.tests]
        table.add_row(Text(plain(mistake), style="" if tests else "bold red"), *signs)
    table.add_section()
    rows = {
        "caught": [str(len(matrix.mistakes_of(test))) for test in matrix.tests],
        "by no other test": [str(matrix.alone(test)) for test in matrix.tests],
        "mutants caught first": [str(matrix.mutants.get(test, 0)) for test in matrix.tests],
    }
    for name, counts in rows.items():
        table.add_row(Text(name, style="dim"), *counts)
    return table

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
from grader.sandbox.backends import Choice


@click.command()
@assignment_argument
@click.argument("folder", type=click.Path(path_type=Path))
@course_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Where reports/, summary.csv and index.html go.",
)
@jobs_option
@click.option("--resume", is_flag=True, help="Keep what is already reported; grade the rest.")
@sandbox_options
def batch(
    assignment: str,
    folder: Path,
    course: Path,
    out: Path,
    jobs: int,
    resume: bool,
    sandbox: Choice,
) -> None:
    """Grade every entry of FOLDER: each is one submission.

    A broken submission never stops the others. Interrupted, by Ctrl-C or worse, at most what
    was in flight is lost: `--resume` goes on, and grades anew only what has changed.

    \b
    grader batch building_blocks submissions/ --out results/
    grader batch building_blocks submissions/ --out results/ --resume
    """
    load_reference(load(assignment, course))  # what is wrong with it is told before all else
    paths = many.entries(folder)
    many.prepare(folder, out, resume=resume)
    console = Console(stderr=True)
    end_in_order()
    try:
        with (
            many.alone(out),
            grade.opened(assignment, course, replace(sandbox, jobs=jobs)) as grader,
            shown(console, "grading", len(paths)) as advance,
        ):

            def tell(outcome: many.Outcome) -> None:
                advance(outcome.word, f"refused: {outcome.refusal}" if outcome.refusal else "")

            result = many.run(grader, paths, out, jobs=jobs, tell=tell)
    except KeyboardInterrupt:
        raise KeyboardInterrupt("--resume goes on from here") from None
    words = ", ".join(f"{count} {word}" for word, count in sorted(result.counts.items()))
    kept = f" ({result.kept} kept from before)" if result.kept else ""
    click.echo(f"{len(paths)} submissions: {words}{kept}")
    click.echo(f"{out / many.INDEX}\n{out / many.SUMMARY}\n{out / many.REPORTS}/")
    sys.exit(1 if result.needs_staff else 0)

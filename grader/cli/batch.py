"""`grader batch`: a folder of submissions."""

import os
import signal
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from grader import batch as many
from grader import grade
from grader.assignment import load, load_reference
from grader.cli.options import assignment_argument, course_option, sandbox_options
from grader.cli.show import plain
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
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    default=os.cpu_count() or 1,
    show_default="one per processor",
    help="How many submissions are graded at a time; changes no result.",
)
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
    for number in _INTERRUPTIONS:
        signal.signal(number, _interrupt)
    try:
        with (
            many.alone(out),
            grade.opened(assignment, course, replace(sandbox, jobs=jobs)) as grader,
            _progress(console) as progress,
        ):
            bar = progress.add_task("grading", total=len(paths), counts="", rate="")
            counts: Counter[str] = Counter()

            def tell(outcome: many.Outcome) -> None:
                counts[outcome.word] += 1
                if outcome.refusal:
                    refused = f"refused: {plain(outcome.refusal)}"
                    progress.console.print(refused, markup=False, highlight=False, soft_wrap=True)
                done = sum(counts.values())
                elapsed = progress.tasks[bar].elapsed or 0.0
                rate = f"{done / elapsed:.1f}/s" if elapsed else ""
                words = ", ".join(f"{count} {word}" for word, count in sorted(counts.items()))
                progress.update(bar, completed=done, counts=words, rate=rate, refresh=True)

            result = many.run(grader, paths, out, jobs=jobs, tell=tell)
    except KeyboardInterrupt:
        raise KeyboardInterrupt("--resume goes on from here") from None
    words = ", ".join(f"{count} {word}" for word, count in sorted(result.counts.items()))
    kept = f" ({result.kept} kept from before)" if result.kept else ""
    click.echo(f"{len(paths)} submissions: {words}{kept}")
    click.echo(f"{out / many.INDEX}\n{out / many.SUMMARY}\n{out / many.REPORTS}/")
    sys.exit(1 if result.needs_staff else 0)


_INTERRUPTIONS = (signal.SIGINT, signal.SIGTERM)


def _interrupt(number: int, frame: object) -> NoReturn:
    """End the command in order; a second signal would only disturb what takes moments."""
    for own in _INTERRUPTIONS:
        signal.signal(own, lambda *_: None)  # Python complains of SIG_IGN if one is on its way
    raise KeyboardInterrupt


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[counts]}"),
        console=console,
        # Without a thread of its own: each finished submission redraws it.
        auto_refresh=False,
    )

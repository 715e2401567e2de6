"""`grader grade`: one submission, one report."""

import sys
from pathlib import Path
from typing import Literal

import click
from rich.console import Console

from grader import grade as line
from grader import report as reports
from grader.assignment import load
from grader.cli.options import assignment_argument, course_option, sandbox_options
from grader.cli.show import show_report
from grader.sandbox.backends import Choice


@click.command()
@assignment_argument
@click.argument("handed_in", metavar="SUBMISSION", type=click.Path(path_type=Path))
@course_option
@click.option("--json", "as_json", is_flag=True, help="Print the report alone, as JSON.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the report, as JSON, to this file.",
)
@click.option(
    "--view",
    type=click.Choice(["student", "staff"]),
    default="student",
    show_default=True,
    help="What the student may read, or also the cases, details and printed output.",
)
@sandbox_options
def grade(
    assignment: str,
    handed_in: Path,
    course: Path,
    as_json: bool,
    out: Path | None,
    view: Literal["student", "staff"],
    sandbox: Choice,
) -> None:
    """Grade one SUBMISSION: a .py, a notebook, a folder, a .zip or a .tar.gz.

    \b
    grader grade building_blocks ann.zip
    grader grade building_blocks ann/ --json --view staff > ann.json
    """
    submitted = line.take_in(load(assignment, course), handed_in)
    with line.opened(assignment, course, sandbox) as grader:
        report = line.grade(grader, submitted)
    text = reports.to_json(report, view=view)
    if out is not None:
        reports.write_atomically(out, text)
    if as_json:
        click.echo(text, nl=False)
    else:
        show_report(Console(), report, for_staff=view == "staff")
    sys.exit(0 if report.status == "graded" else 1)

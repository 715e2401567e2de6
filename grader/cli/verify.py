"""`grader verify`: does an assignment grade as its author says?"""

import sys
import time
from pathlib import Path
from textwrap import indent

import click
from rich.console import Console
from rich.text import Text

from grader import grade
from grader.cli.options import assignment_argument, course_option, sandbox_options
from grader.sandbox.backends import Choice


@click.command()
@assignment_argument
@course_option
@click.option("--quiet", is_flag=True, help="Print only what does not hold, and the count.")
@sandbox_options
def verify(assignment: str, course: Path, quiet: bool, sandbox: Choice) -> None:
    """Prove that an assignment tells right from wrong, before students see it.

    The solution and every alternative earn full marks, the stub nothing, each known mistake
    exactly its points; code that returns nonsense, lies, exits or hangs earns nothing and never
    makes the judge fail.
    """
    from grader.verify import verify as findings

    console = Console()
    start = time.monotonic()
    wrong = total = 0
    with grade.opened(assignment, course, sandbox) as grader:
        for finding in findings(grader):
            total += 1
            wrong += not finding.holds
            if quiet and finding.holds:
                continue
            mark, style = ("✓", "green") if finding.holds else ("✗", "red")
            console.print(Text(f"{mark} {finding.check}", style=style))
            for problem in finding.problems:
                console.print(Text(indent(problem, "    ")), soft_wrap=True)
    seconds = time.monotonic() - start
    console.print(f"{total - wrong} of {total} checks hold ({seconds:.0f} s)")
    sys.exit(1 if wrong else 0)

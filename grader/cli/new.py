"""`grader new`: an assignment that holds together from the first minute."""

from pathlib import Path

import click

from grader import skeleton
from grader.cli.options import course_option


@click.command()
@click.argument("assignment")
@click.option(
    "--task",
    "tasks",
    multiple=True,
    metavar="NAME",
    help="A task: also the name of its file and of its function. Once for each task.",
)
@click.option("--title", help="What students read above the handout.  [default: from ASSIGNMENT]")
@course_option
def new(assignment: str, tasks: tuple[str, ...], title: str | None, course: Path) -> None:
    """Begin an assignment: write its public and its private folder.

    Every task gets a stub, a solution, hidden tests, a known mistake and an alternative, all of a
    small function that works: `grader verify` holds from the start. Put your own in its place,
    file by file.

    \b
    grader new first_steps --task softmax
    grader verify first_steps
    """
    named = tasks or ("first_task",)
    spoken = title or assignment.replace("_", " ").replace("-", " ").capitalize()
    for path in skeleton.write(assignment, course, tasks=named, title=spoken):
        click.echo(f"  {path}")
    click.echo(f"Change them as you like; now and after each change: grader verify {assignment}")

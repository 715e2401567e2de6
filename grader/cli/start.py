"""`grader start`: an assignment's public files, copied for a student."""

import os
from pathlib import Path

import click

from grader.assignment import HANDOUT, load, public_files
from grader.cli.options import assignment_argument, course_option
from grader.errors import UsageError
from grader.report import write_atomically


@click.command()
@assignment_argument
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False)
@course_option
def start(assignment: str, folder: Path | None, course: Path) -> None:
    """Copy an assignment's handout, stubs and visible examples into FOLDER.

    Nothing that is already there is overwritten.  [default FOLDER: named like the assignment]
    """
    loaded = load(assignment, course)
    target = folder if folder is not None else Path(assignment)
    if target.resolve() == loaded.folder.resolve():
        raise UsageError(f"{target}: is the assignment itself; name another folder")
    copied, kept = [], []
    try:
        target.mkdir(parents=True, exist_ok=True)
        for source in public_files(loaded):
            own = target / source.relative_to(loaded.folder)
            if os.path.lexists(own):
                kept.append(own)
                continue
            own.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(own, source.read_bytes())
            copied.append(own)
    except OSError as error:
        raise UsageError(f"{error.filename or target}: {error.strerror}") from error
    for path in copied:
        click.echo(f"  {path}")
    for path in kept:
        click.echo(f"  {path} (was there, kept)")
    click.echo(
        f"Read {target / HANDOUT}, fill in the stubs, then: grader check {assignment} {target}"
    )

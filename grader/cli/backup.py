"""`grader backup` and `grader restore`: all that the service keeps, as one file."""

import sys
from pathlib import Path

import click

from grader.cli.worker import data_option, database_option, needs_service

data_option_new = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("grader-data"),
    show_default=True,
    help="The service's own folder; it must not exist, or be empty.",
)


@click.command()
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@data_option
@database_option
def backup(out: Path, data: Path, database: str) -> None:
    """Write all that the service keeps to the file OUT, while it runs.

    All rows of the database, as they stand at one moment, and all uploads, with checksums. OUT is
    there whole or not at all, and readable by its owner alone. The course folder is not in it.

    \b
    grader backup --data /srv/grader /backups/grader-$(date +%F).zip
    """
    needs_service()
    from grader.service import backup as room
    from grader.service.place import Place

    made = room.save(Place(data, Path(), database), out)
    rows = sum(kept.rows for kept in made.tables.values())
    click.echo(
        f"{out}: {made.tables['submission'].rows} submissions, {made.uploads} uploads, {rows} rows"
    )
    if made.missing:
        click.echo(
            f"{len(made.missing)} uploads are missing or damaged in the store, and so in the "
            f"backup: {', '.join(made.missing[:3])}",
            err=True,
        )
        sys.exit(1)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@data_option_new
@database_option
def restore(file: Path, data: Path, database: str) -> None:
    """Fill an empty place with the backup FILE, and bring it to this version.

    FILE is checked first; nothing is changed if it is damaged, or if the folder or the database
    is not empty. The database may be another kind than the one that was backed up.

    \b
    grader restore --data /srv/grader /backups/grader-2026-03-01.zip
    """
    needs_service()
    from grader.service import backup as room
    from grader.service.place import Place

    made = room.restore(Place(data, Path(), database), file)
    click.echo(
        f"{data}: {made.tables['submission'].rows} submissions, {made.uploads} uploads, "
        f"as of {made.made:%Y-%m-%d %H:%M:%S} UTC"
    )

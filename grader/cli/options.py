"""Arguments and options that several commands share."""

from pathlib import Path

import click

assignment_argument = click.argument("assignment")
course_option = click.option(
    "--course",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="The folder that holds assignments/ and reference/.  [default: the current one]",
)

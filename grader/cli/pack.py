"""`grader pack`: an assignment for another system; `grader packed`: what runs there."""

import sys
from pathlib import Path

import click

from grader import pack as packs
from grader.cli.options import assignment_argument, course_option
from grader.cli.show import plain
from grader.errors import UsageError

_systems = click.Choice(list(packs.SYSTEMS))


@click.command()
@assignment_argument
@click.option("--for", "name", type=_systems, required=True, help="Which system.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="What to write: of gradescope and coursera a zip, of the others a folder.",
)
@click.option(
    "--image",
    default="",
    help="With prairielearn: what its image is called.  [default: grader-prairielearn:VERSION]",
)
@course_option
def pack(assignment: str, name: str, out: Path, image: str, course: Path) -> None:
    """Pack an assignment as an upload for another system.

    The pack grades there with our judge, cells and walls. It holds the hidden tests and the
    solutions: give it to that system's staff pages alone. What to do with it: docs/packs.md.

    \b
    grader pack building_blocks --for gradescope --out building_blocks.zip
    grader pack building_blocks --for prairielearn --out upload/
    """
    system = packs.SYSTEMS[name]
    if image and not system.image:
        raise UsageError(f"{name}: knows no --image; leave it out")
    packs.write(system, assignment, course, out, image)
    click.echo(f"{plain(str(out))}: {assignment} for {name}; holds the hidden tests")


@click.command()
@click.argument("name", metavar="SYSTEM", type=_systems)
@click.argument("submission", required=False, type=click.Path(path_type=Path))
def packed(name: str, submission: Path | None) -> None:
    """Grade one submission in a container of SYSTEM.

    What a pack calls there. It takes the submission from where the system puts it, and writes the
    system's own result. Without walls there is none, and the exit code is 3; without a final
    score it is 1.
    """
    sys.exit(packs.SYSTEMS[name].run(submission))

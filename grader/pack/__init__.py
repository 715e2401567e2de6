"""An assignment as an upload for a system that runs graders of its courses' own.

A pack holds the assignment with its hidden tests, the grader, and what installs it; in the
system's container `grader packed SYSTEM` is what runs. One module for each system knows both ends.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from grader import __version__
from grader.errors import UsageError
from grader.pack import autolab, coursera, github, gradescope, prairielearn, xqueue
from grader.pack.archive import Files, write_folder, zipped
from grader.pack.contents import Contents, gather
from grader.report import write_atomically


@dataclass(frozen=True)
class System:
    """What a system is given, and what runs there.

    files: of a pack. run: grades there; given where the submission lies, if not as usual, it
    returns the exit code. is_zip: whether the system takes one file; a folder otherwise.
    image: what it calls the image of its graders, if a pack must say so.
    """

    files: Callable[[Contents], Files]
    run: Callable[[Path | None], int]
    is_zip: bool = False
    image: str = ""


SYSTEMS = {
    "gradescope": System(gradescope.files, gradescope.run, is_zip=True),
    "prairielearn": System(
        prairielearn.files, prairielearn.run, image=f"grader-prairielearn:{__version__}"
    ),
    "autolab": System(autolab.files, autolab.run),
    "coursera": System(coursera.files, coursera.run, is_zip=True),
    "xqueue": System(xqueue.files, xqueue.run),
    "github": System(github.files, github.run),
}


def write(system: System, assignment: str, course: Path, out: Path, image: str = "") -> None:
    """Write the pack of an assignment for a system: a zip, or a folder.

    Two packs of the same assignment by the same grader hold the same bytes. Raises AssignmentError
    for what its author must mend, UsageError if there is something at `out` or it cannot be
    written; then nothing is.
    """
    if out.exists() or out.is_symlink():
        raise UsageError(f"{out}: is there already; expected a new name")
    if not out.resolve().parent.is_dir():
        raise UsageError(f"{out}: its folder does not exist; expected one to write to")
    files = system.files(gather(assignment, course, image or system.image))
    if system.is_zip:
        write_atomically(out, zipped(files))
    else:
        write_folder(out, files)

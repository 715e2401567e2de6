"""What every pack holds: an assignment with its hidden tests, the grader, and how to install it."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import escape

from grader import __version__
from grader.assignment import SECRET, Assignment, load, load_reference
from grader.errors import AssignmentError
from grader.pack import wheel
from grader.pack.archive import File, Files

COURSE = "course"  # the folder that holds assignments/ and reference/
GRADER = "grader"  # the folder that holds what installs the grader
_TEMPLATES = Path(__file__).parent / "templates"
# Seconds beside those of the tasks: torch loaded twice on a slow and busy machine.
START_SECONDS = 120

# No template means anything by these; GitHub, Mustache and make mean much by the usual ones.
_RENDERED = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    undefined=StrictUndefined,
    keep_trailing_newline=True,
    trim_blocks=True,
    variable_start_string="<<",
    variable_end_string=">>",
    block_start_string="<%",
    block_end_string="%>",
)
_RENDERED.filters["markup"] = escape


@dataclass(frozen=True)
class Contents:
    """An assignment to be packed. image: what the system calls the image of its graders."""

    assignment: Assignment
    image: str

    @cached_property
    def public(self) -> Files:
        """What students are given."""
        return _below(self.assignment.folder)

    @cached_property
    def course(self) -> Files:
        """A course folder with this assignment alone: what students get and what staff have.

        With the course's secret, if there is one: hidden inputs are drawn as they are at home.
        """
        own = self.assignment
        secret = own.course / "reference" / SECRET
        files = {f"assignments/{own.id}/{path}": file for path, file in self.public.items()}
        for path, file in _below(own.course / "reference" / own.id).items():
            files[f"reference/{own.id}/{path}"] = file
        if secret.is_file():
            files[f"reference/{SECRET}"] = _file(secret)
        return _in(COURSE, files)

    @cached_property
    def grader(self) -> Files:
        """What installs the grader."""
        name, content = wheel.wheel()
        return _in(
            GRADER,
            {
                name: File(content),
                "install.sh": self.rendered("install.sh", is_program=True),
                "requirements.txt": File(_lines(wheel.requirements())),
                "constraints.txt": File(_lines(wheel.constraints())),
            },
        )

    @property
    def seconds(self) -> int:
        """How long grading one submission may take, at most."""
        return (
            int(self.assignment.limits.task_seconds + 1) * len(self.assignment.tasks)
            + START_SECONDS
        )

    def rendered(self, name: str, *, is_program: bool = False, **values: object) -> File:
        """Return the file that a template becomes."""
        text = _RENDERED.get_template(name).render(
            values, assignment=self.assignment, version=__version__, image=self.image
        )
        return File(text.encode("utf-8"), is_program)


def gather(assignment_id: str, course: Path, image: str) -> Contents:
    """Return what there is to pack, checked as before every grading.

    Raises AssignmentError for what its author must mend, UsageError if a file cannot be read.
    """
    assignment = load(assignment_id, course)
    load_reference(assignment)
    return Contents(assignment, image)


def _below(folder: Path) -> dict[str, File]:
    """Return the files of a folder without what Python, pytest and editors leave behind."""
    return {
        path.relative_to(folder).as_posix(): _file(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not any(
            part.startswith(".") or part == "__pycache__" for part in path.relative_to(folder).parts
        )
    }


def _file(path: Path) -> File:
    try:
        return File(path.read_bytes())
    except OSError as error:
        raise AssignmentError(f"{path}: cannot be read ({error.strerror})") from error


def _in(folder: str, files: Files) -> Files:
    return {f"{folder}/{path}": file for path, file in files.items()}


def _lines(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()

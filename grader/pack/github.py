"""GitHub: a template for students' repositories, and a private repository of staff that grades.

Whoever may push to a repository reads the secrets of its workflows. So nothing hidden is in the
template, and no workflow of a student's repository can reach it: staff's repository fetches
theirs.
"""

from dataclasses import replace
from pathlib import Path

import click

from grader import grade as line
from grader.errors import SubmissionError
from grader.lms import people
from grader.lms.graded import why_not_final
from grader.lms.words import clean
from grader.pack import running
from grader.pack.archive import Files
from grader.pack.contents import GRADER, Contents
from grader.report import to_json, write_atomically

RESULTS = Path("results")
PLACE = running.Place(
    whose="GitHub",
    course=Path("course"),
    submission=Path("submission"),
    result=RESULTS,
)


def files(contents: Contents) -> Files:
    """Return the files of both repositories."""
    own = contents.assignment
    hidden = ".github/grader"  # where nobody takes a stub for an answer
    template = {
        **contents.public,
        **{
            f"{hidden}/{path.removeprefix(f'{GRADER}/')}": file
            for path, file in contents.grader.items()
        },
        **{f"{hidden}/assignments/{own.id}/{path}": file for path, file in contents.public.items()},
        ".github/workflows/check.yml": contents.rendered("github/check.yml"),
    }
    staff = {
        **contents.course,
        **contents.grader,
        ".github/workflows/grade.yml": contents.rendered(
            "github/grade.yml", minutes=contents.seconds // 60 + 15
        ),
    }
    return {
        **{f"template/{path}": file for path, file in template.items()},
        **{f"staff/{path}": file for path, file in staff.items()},
    }


def run(submission: Path | None) -> int:
    """Grade a student's checked-out repository and write what staff and the student read."""
    place = replace(PLACE, submission=submission or PLACE.submission)
    assignment = running.packed_assignment(place)
    RESULTS.mkdir(exist_ok=True)
    try:
        handed_in = line.take_in(assignment, running.present(place))
    except SubmissionError as error:
        said = f"# Not graded\n\n```text\n{clean(str(error))}\n```\n"
        _write({"staff.md": said.encode(), "student.md": said.encode()})
        return 1
    report = running.judged(assignment, handed_in)
    running.say_walls(report)
    staff = f"{running.for_staff(report)}\n{running.walls_of(report)}\n"
    _write(
        {
            "report.json": to_json(report).encode(),
            "staff.md": staff.encode(),
            "student.md": running.exported(report, people.markdown) or b"",
            "student.html": running.exported(report, people.page) or b"",
        }
    )
    reason = why_not_final(report)
    if reason:
        click.echo(f"grader: no final score: {reason}", err=True)
    return 1 if reason else 0


def _write(files: dict[str, bytes]) -> None:
    for name, content in files.items():
        write_atomically(RESULTS / name, content)

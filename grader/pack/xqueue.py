"""Open edX: an image that grades one answer of an external grader's queue, and the components.

Source: https://github.com/openedx/xqueue, and "External graders" of edX's documentation.
"""

import json
import sys
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import click

from grader import grade as line
from grader.assignment import Assignment
from grader.errors import SubmissionError, UsageError
from grader.lms import xqueue
from grader.lms.graded import why_not_final
from grader.lms.words import as_json, clean
from grader.pack import running
from grader.pack.archive import Files
from grader.pack.contents import Contents
from grader.submission import Part, Submission, read_parts
from grader.submission.intake import FILE

PLACE = running.Place(
    whose="an Open edX queue",
    course=Path("/grader/course"),
    submission=Path("/dev/stdin"),
    result=None,
)
MOST_BYTES = 8 << 20  # of one body; a queue allows less


def files(contents: Contents) -> Files:
    """Return the files of the folder: an image to build, and a component for each task."""
    image = contents.rendered(
        "Dockerfile",
        title="The grader of one assignment, for Open edX",
        base="python:3.11-slim",
        course=True,
        last=['ENTRYPOINT ["/opt/grader/venv/bin/grader", "packed", "xqueue"]'],
    )
    components = {
        f"components/{task.id}.xml": contents.rendered(
            "xqueue/component.xml",
            task=task,
            stub=contents.public[f"{task.id}.py"].content.decode("utf-8"),
            payload=json.dumps({"task": task.id}),
        )
        for task in contents.assignment.tasks
    }
    own = {**contents.course, **contents.grader, "Dockerfile": image}
    return {**{f"image/{path}": file for path, file in own.items()}, **components}


def run(submission: Path | None) -> int:
    """Read one xqueue_body from the standard input, and print the one to reply with."""
    assignment = running.packed_assignment(PLACE)
    result = reply(assignment, sys.stdin.buffer.read(MOST_BYTES + 1))
    if result is None:
        return 1
    click.echo(result, nl=False)
    return 0


def reply(assignment: Assignment, body: bytes) -> bytes | None:
    """Return the xqueue_body to reply with; None, with the reason printed, if there is no score.

    Raises UsageError if the body is none, or its grader_payload is not as expected.
    """
    answer, tasks = _read(assignment, body)
    try:
        submission = _taken_in(assignment, answer, tasks)
    except SubmissionError as error:
        said = f"<p>{escape(clean(f'This could not be graded: {error}'))}</p>"
        return as_json({"correct": False, "score": 0, "msg": said})
    report = running.judged(assignment, submission, tasks)
    running.say_walls(report)
    result = running.exported(report, xqueue.reply)
    if result is None:
        click.echo(f"grader: no reply: {why_not_final(report)}", err=True)
    return result


def _read(assignment: Assignment, body: bytes) -> tuple[str, frozenset[str]]:
    """Return the student's answer, and which tasks it is for: one, or none named for all."""
    if len(body) > MOST_BYTES:
        raise UsageError(f"the xqueue_body is larger than {MOST_BYTES} bytes; expected a smaller")
    try:
        found: Any = json.loads(body)
        answer = found["student_response"]
        payload: Any = json.loads(found.get("grader_payload") or "{}")
        task = payload.get("task", "")
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            "the standard input is no xqueue_body; expected JSON with student_response, and a "
            'grader_payload such as {"task": "…"}'
        ) from error
    known = [own.id for own in assignment.tasks]
    if task and task not in known:
        raise UsageError(
            f"grader_payload: task is {task!r}; expected one of {', '.join(known)}, or none for all"
        )
    if not isinstance(answer, str):
        raise UsageError("student_response is no text; expected the code of a text box")
    return answer, frozenset([task] if task else [])


def _taken_in(assignment: Assignment, answer: str, tasks: frozenset[str]) -> Submission:
    code = answer.encode("utf-8", "replace")
    name = f"{next(iter(tasks), 'answer')}.py"
    ids = [task.id for task in assignment.tasks]
    part = Part(name, FILE, len(code), lambda intake: code)
    return read_parts("answer", [part], ids, line.intake_limits(assignment))

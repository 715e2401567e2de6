"""PrairieLearn: a folder of a course's `questions/`, and the image of its external grader.

Source: https://docs.prairielearn.com/externalGrading/.
"""

import json
import uuid
from pathlib import Path

from grader.assignment import Assignment
from grader.lms import prairielearn
from grader.lms.words import as_json, clean
from grader.pack import running
from grader.pack.archive import File, Files
from grader.pack.contents import Contents

_ROOT = Path("/grade")
PLACE = running.Place(
    whose="PrairieLearn",
    course=_ROOT / "tests" / "course",
    submission=_ROOT / "student",
    result=_ROOT / "results" / "results.json",
)


def files(contents: Contents) -> Files:
    """Return the files of the folder: what to put into the course, and an image to build.

    The image holds the grader alone and serves all assignments: PrairieLearn puts the `tests/` of
    each beside the submission.
    """
    own = contents.assignment
    place = f"questions/{own.id}"
    image = contents.rendered(
        "Dockerfile",
        title="The grader, for PrairieLearn; of every assignment",
        base="python:3.11-slim",
        course=False,
        last=[],
    )
    return {
        f"{place}/info.json": File(_info(contents)),
        f"{place}/question.html": contents.rendered(
            "prairielearn/question.html", downloads=sorted(contents.public)
        ),
        **{f"{place}/clientFilesQuestion/{path}": file for path, file in contents.public.items()},
        **{f"{place}/tests/{path}": file for path, file in contents.course.items()},
        **{f"image/{path}": file for path, file in contents.grader.items()},
        "image/Dockerfile": image,
    }


def run(submission: Path | None) -> int:
    """Grade what was uploaded and write results.json."""
    return running.run(PLACE, prairielearn.results, _refusal)


def _refusal(assignment: Assignment, reason: str) -> bytes:
    """Return that the attempt does not count, and why."""
    return as_json({"gradable": False, "format_errors": [clean(reason)]})


def _info(contents: Contents) -> bytes:
    own = contents.assignment
    return as_json(
        {
            # The same for every pack of it: to PrairieLearn it stays the same.
            "uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(["grader", own.id]))),
            "title": own.title,
            "topic": "Homework",
            "tags": [],
            "type": "v3",
            "gradingMethod": "External",
            "singleVariant": True,
            "externalGradingOptions": {
                "image": contents.image,
                "entrypoint": ["/opt/grader/venv/bin/grader", "packed", "prairielearn"],
                "timeout": contents.seconds,
                "enableNetworking": False,
            },
        }
    )

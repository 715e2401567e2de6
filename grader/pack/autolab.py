"""Autolab: `autograde-Makefile`, `autograde.tar`, and the image that Tango runs them in.

Source: https://docs.autolabproject.com/lab/. Whatever is printed there, students read.
"""

import json
from pathlib import Path

from grader.assignment import Assignment
from grader.lms import autolab
from grader.lms.words import clean
from grader.pack import running
from grader.pack.archive import File, Files, tarred
from grader.pack.contents import Contents
from grader.sandbox.seccomp import container_profile

HANDED_IN = Path("handin.zip")
PLACE = running.Place(whose="Autolab", course=Path("course"), submission=HANDED_IN, result=None)


def files(contents: Contents) -> Files:
    """Return the files of the folder: two to upload, an image to build, and its engine's filter."""
    image = contents.rendered(
        "Dockerfile",
        title="The grader, on an image of Tango's; of every assignment",
        base="autograding_image",
        course=False,
        last=[],
    )
    profile = json.dumps(container_profile(), indent=1) + "\n"
    return {
        "autograde-Makefile": contents.rendered("autolab/autograde-Makefile", handin=HANDED_IN),
        "autograde.tar": File(tarred(contents.course)),
        **{f"image/{path}": file for path, file in contents.grader.items()},
        "image/Dockerfile": image,
        "image/seccomp.json": File(profile.encode()),
    }


def run(submission: Path | None) -> int:
    """Grade what was handed in and print Autolab's two last lines."""
    return running.run(PLACE, autolab.autoresult, _refusal)


def _refusal(assignment: Assignment, reason: str) -> bytes:
    """Return what students read, and no points for any task."""
    said = " ".join(clean(reason).split())
    scores = json.dumps({"scores": {task.id: 0 for task in assignment.tasks}})
    return f"This could not be graded: {said}\n{scores}\n".encode()

"""Submissions out of an nbgrader course: `submitted/<student>/<assignment>/…`."""

import contextlib
from dataclasses import replace

from grader.errors import SubmissionError, UsageError
from grader.lms.contents import Contents
from grader.lms.found import Export, Found, Person, read_time
from grader.submission import DEFAULT_LIMITS, Part, names
from grader.submission.intake import FILE, FOLDER, Intake
from grader.submission.names import shown

SUBMITTED = "submitted"
_TIMESTAMP = "timestamp.txt"
MAX_LISTED = 12


def is_tree(contents: Contents) -> bool:
    """Return whether this is a folder `submitted`: students, and in each only assignments."""
    levels = [(item.path.split("/"), item.kind) for item in contents.items]
    seen = [(parts, kind) for parts, kind in levels if not names.junk(tuple(parts))]
    is_flat = any(kind != FOLDER for parts, kind in seen if len(parts) < 3)
    return not is_flat and any(len(parts) >= 2 for parts, _ in seen)


def read(contents: Contents, assignment: str, where: str) -> Export:
    """Return each student's submission to the assignment, or to the only one that there is.

    Raises UsageError if there are several, none of which has its name.
    """
    trees: dict[tuple[str, str], list[Part]] = {}
    skipped = {}
    for item in contents.items:
        student, _, rest = item.path.partition("/")
        name, _, path = rest.partition("/")
        if names.junk((student,)) or names.junk((name,)):
            continue
        if name and (path or item.kind == FOLDER):
            own = trees.setdefault((student, name), [])
            if path:
                own.append(replace(item, path=path))
        elif item.kind != FOLDER:
            skipped[item.path] = f"{shown(item.path)} is in no folder of an assignment"
    present = sorted({name for _, name in trees})
    wanted = assignment if assignment in present or len(present) != 1 else present[0]
    if present and wanted not in present:
        raise UsageError(
            f"{where}: holds submissions to {', '.join(map(shown, present[:MAX_LISTED]))}; "
            f"expected {shown(assignment)} among them, or one alone"
        )
    for student in sorted(
        {own for own, _ in trees} - {own for own, name in trees if name == wanted}
    ):
        skipped[student] = f"{shown(student)} has no {shown(wanted)}"
    found = [_found(student, own) for (student, name), own in trees.items() if name == wanted]
    return Export("nbgrader", tuple(found), tuple(skipped.values()))


def _found(student: str, parts: list[Part]) -> Found:
    stamps = [part for part in parts if part.path == _TIMESTAMP and part.kind == FILE]
    text = b""
    if stamps and stamps[0].size <= 100:
        with contextlib.suppress(SubmissionError, OSError):  # then the time is not known
            text = stamps[0].content(Intake(student, DEFAULT_LIMITS))
    return Found(
        id=student,
        people=(Person((student,)),),
        parts=tuple(part for part in parts if part.path != _TIMESTAMP),
        received=read_time(text.decode("utf-8", "replace")),
    )

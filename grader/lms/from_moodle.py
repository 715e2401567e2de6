"""Submissions out of a Moodle download.

`<[group-]Full name>_<n>_assignsubmission_<plugin>_<path>`, or a folder that is named so as far as
the plugin; `<n>` is the participant's number, as in the grading worksheet. With blind marking the
name is `Participant`.
"""

import re
from dataclasses import replace

from grader.lms.contents import Contents
from grader.lms.found import Export, Found, Person
from grader.submission import Part
from grader.submission.intake import FOLDER
from grader.submission.names import shown

_FILES, _TYPED = "file", "onlinetext"
# The first number is Moodle's own: what follows the plugin is the student's choice.
_NAME = re.compile(
    r"(?P<name>.+?)_(?P<number>\d{1,20})_assignsubmission_(?P<plugin>[a-z]+)(?:_(?P<rest>.*))?",
    re.DOTALL,
)
TYPED = "left out what was typed into Moodle: it is no file"
BLIND = "Participant"


def starts(name: str) -> int | None:
    """Return where the number stands in a name of Moodle's making, None if it is none."""
    match = _NAME.fullmatch(name)
    return match.start("number") if match else None


def read(contents: Contents) -> Export:
    """Return each participant's submission."""
    parts: dict[str, list[Part]] = {}
    full_names: dict[str, set[str]] = {}
    typed: set[str] = set()
    skipped = {}
    tops = contents.tops()
    for item in contents.items:
        top, _, below = item.path.partition("/")
        match = _NAME.fullmatch(top)
        if match is None or match["plugin"] not in (_FILES, _TYPED):
            if top in tops:
                skipped[top] = f"{shown(top)} is not named as Moodle names a submission"
            continue
        number = match["number"]
        full_names.setdefault(number, set()).add(match["name"])
        own = parts.setdefault(number, [])
        path = "/".join(part for part in (match["rest"] or "", below) if part)
        if match["plugin"] == _TYPED:
            typed.add(number)
        elif path:
            own.append(replace(item, path=path))
    found = [
        _found(number, full_names[number], own, is_typed=number in typed)
        for number, own in parts.items()
    ]
    return Export("Moodle", tuple(found), tuple(skipped.values()))


def _found(number: str, names: set[str], parts: list[Part], *, is_typed: bool) -> Found:
    one, *others = sorted(names)
    fault = ""
    if others:  # whoever may choose a name could put another's number into it
        fault = (
            f"participant {number} stands behind two names, {shown(one)} and {shown(others[0])}; "
            "expected one"
        )
    elif is_typed and all(part.kind == FOLDER for part in parts):
        fault = "holds only what was typed into Moodle; expected a file"
    return Found(
        id=f"{one}_{number}",
        people=(Person((f"{BLIND} {number}",), "" if one == BLIND else one),),
        parts=tuple(parts),
        notes=(TYPED,) if is_typed else (),
        fault=fault,
    )

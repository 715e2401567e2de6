"""Submissions in: what a course's own system exports, as entries that `grader batch` grades.

A Canvas, Moodle or Brightspace download and a Gradescope export, as zip or unpacked, the tree of
nbgrader, a plain folder. Which of them it is, names alone decide.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from grader import submission
from grader.assignment import Assignment
from grader.errors import SubmissionError, UsageError
from grader.grade import intake_limits, take_in
from grader.lms import (
    contents,
    from_brightspace,
    from_canvas,
    from_gradescope,
    from_moodle,
    from_nbgrader,
)
from grader.lms.contents import Contents
from grader.lms.found import Export, Found, Person
from grader.lms.matching import matching
from grader.lms.roster import Roster, Student
from grader.submission import Part, names

STRAYS = 0.1  # names of another system that are taken for somebody's odd file
_KINDS = (
    "a Canvas, Moodle or Brightspace download, a Gradescope export, a folder `submitted` of "
    "nbgrader, or a plain folder with one entry per submission"
)


@dataclass(frozen=True)
class Entry:
    """One submission, not yet read.

    id: fit for a file name. name: how messages call it. students: who handed it in, by the
    roster's ids where there is one, else by the system's. fault: why it is refused unread, if so.
    clash: the name of an entry before it that has the same id. path or parts: what it holds.
    """

    id: str
    name: str
    students: tuple[str, ...] = ()
    fault: str = ""
    clash: str = ""
    path: Path | None = None
    parts: tuple[Part, ...] = ()
    notes: tuple[str, ...] = ()
    received: datetime | None = None

    def take_in(self, assignment: Assignment) -> submission.Submission:
        """Return the submission; raises SubmissionError if it is refused."""
        if self.clash:
            raise SubmissionError(f"{self.name}: {self.clash} is named alike; expected one entry")
        if self.fault:
            raise SubmissionError(f"{self.name}: {self.fault}")
        if self.path is not None:
            return take_in(assignment, self.path)
        return submission.read_parts(
            self.id,
            self.parts,
            [task.id for task in assignment.tasks],
            intake_limits(assignment),
            received=self.received,
            notes=self.notes,
        )


@dataclass(frozen=True)
class Incoming:
    """A class's submissions.

    system: whose export it is, empty for a plain folder. skipped: what was left out and why.
    unknown: entries of nobody in the roster. missing: its students without a submission. twice:
    those with two, in words.
    """

    system: str
    entries: tuple[Entry, ...]
    skipped: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    missing: tuple[Student, ...] = ()
    twice: tuple[str, ...] = ()


def read(path: Path, assignment: str, roster: Roster | None = None) -> Incoming:
    """Return the submissions that a folder or an export holds, each student's newest.

    assignment: its id; an nbgrader tree holds several. Raises UsageError if there is no such
    file, it is no export, of two systems at once, damaged or empty.
    """
    if path.is_dir():
        export = _of_folder(path, assignment)
        plain = _plain(path) if export is None else ()
    elif path.is_file():
        export, plain = _of_zip(path, assignment), ()
    else:
        raise UsageError(f"{path}: no such file or folder; expected {_KINDS}")
    if export is None:
        return _with_roster("", plain, [(Person((one.id,)),) for one in plain], (), roster)
    if not export.found:
        raise UsageError(f"{path}: is an export of {export.system} without any submission")
    found = sorted(export.found, key=lambda one: one.id)
    return _with_roster(
        export.system,
        [_entry(one) for one in found],
        [one.people for one in found],
        export.skipped,
        roster,
    )


def entry_of(path: Path, assignment: str, own_id: str) -> Entry | None:
    """Return a submission of an export by its id; None if all that is at the path is one.

    That it is an export, names tell, as for a class; a student's own file may look like one.
    Raises UsageError if it is an export of several without this id, damaged, or of two systems.
    """
    if submission.id_of(path) == own_id:
        return None
    if path.is_dir():
        export = _of_folder(path, assignment)
    else:
        is_zip = path.is_file() and contents.is_zip(path)
        export = _in_zip(_layers(path), assignment, str(path)) if is_zip else None
    if export is None:
        return None
    entries = [_entry(one) for one in sorted(export.found, key=lambda one: one.id)]
    found = next((one for one in entries if one.id == own_id), None)
    if found is None and len(entries) > 1:
        raise UsageError(
            f"{path}: is an export of {export.system} without {names.shown(own_id)}; expected the "
            "one that was graded, or the submission alone"
        )
    return found


def _plain(folder: Path) -> tuple[Entry, ...]:
    """Return the entries of a plain folder, hidden ones left out."""
    found = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    if not found:
        raise UsageError(f"{folder}: empty; expected {_KINDS}")
    return tuple(Entry(submission.id_of(path), path.name, path=path) for path in found)


def _entry(one: Found) -> Entry:
    return Entry(
        id=submission.fit_id(one.id),
        name=names.shown(one.id)[1:-1],
        fault=one.fault,
        parts=one.parts,
        notes=one.notes,
        received=one.received,
    )


# ---- whose export it is --------------------------------------------------------------------------


def _of_zip(path: Path, assignment: str) -> Export:
    """Return what a zip of a system holds; raises UsageError if it is none."""
    layers = _layers(path)
    if not layers[0].tops():
        raise UsageError(f"{path}: is an empty zip archive; expected {_KINDS}")
    export = _in_zip(layers, assignment, str(path))
    if export is None:
        holds = ", ".join(map(names.shown, sorted(layers[-1].tops())[:3]))
        raise UsageError(f"{path}: is no export that is known, it holds {holds}; expected {_KINDS}")
    return export


def _in_zip(layers: Sequence[Contents], assignment: str, where: str) -> Export | None:
    """Return the submissions in the outermost layer that is a system's, None if none is."""
    for layer in layers:
        export = _recognised(layer, assignment, where)
        if export is not None:
            return replace(export, skipped=(*layer.skipped, *export.skipped))
    return None


def _layers(path: Path) -> list[Contents]:
    """Return what a zip holds, and what is in it within: people pack the folder that they mean."""
    try:
        layers = [contents.of_zip(path)]
    except SubmissionError as error:  # of the archive as such, not of a submission
        raise UsageError(str(error)) from error
    while len(layers) < 3 and list(layers[-1].tops().values()) == [True]:
        layers.append(layers[-1].below(*layers[-1].tops()))
    return layers


def _of_folder(path: Path, assignment: str) -> Export | None:
    """Return what an unpacked export holds; None if it is a plain folder.

    Where a folder holds one other alone, that may be the export. Canvas's has no folder of its
    own, and a student's may have a name that looks like Canvas's in it.
    """
    for depth in range(3):
        tops = _tops(path)
        own = Path(path.absolute()).name
        if own == from_nbgrader.SUBMITTED:
            tree = contents.of_folder(path)
            if from_nbgrader.is_tree(tree):
                return from_nbgrader.read(tree, assignment, str(path))
        if tops.get(from_nbgrader.SUBMITTED):
            tree = contents.of_folder(path / from_nbgrader.SUBMITTED)
            if from_nbgrader.is_tree(tree):
                _refuse_two(str(path), ["nbgrader", *_systems(tops)])
                return from_nbgrader.read(tree, assignment, str(path))
        systems = _systems(tops)
        if systems and not (depth and systems == ["Canvas"]):
            return _recognised(contents.of_folder(path), assignment, str(path))
        if list(tops.values()) != [True]:
            return None
        path = path / next(iter(tops))
    return None


def _tops(path: Path) -> dict[str, bool]:
    return {
        names.decoded(str(entry.name).encode("utf-8", "surrogateescape"))[0]: entry.is_dir()
        and not entry.is_symlink()
        for entry in path.iterdir()
        if not names.junk((entry.name,))
    }


def _recognised(whole: Contents, assignment: str, where: str) -> Export | None:
    """Return the submissions if their names are those of a system, None if of none.

    Raises UsageError if they are those of two.
    """
    tops = whole.tops()
    systems = _systems(tops)
    tree = whole.below(from_nbgrader.SUBMITTED)
    if tops.get(from_nbgrader.SUBMITTED) and from_nbgrader.is_tree(tree):
        systems.append("nbgrader")
    _refuse_two(where, systems)
    if not systems:
        return None
    if systems == ["nbgrader"]:
        return from_nbgrader.read(tree, assignment, where)
    if systems == ["Gradescope"]:
        return from_gradescope.read(whole, where)
    if systems == ["Brightspace"]:
        return from_brightspace.read(whole)
    return from_canvas.read(whole) if systems == ["Canvas"] else from_moodle.read(whole)


def _systems(tops: Mapping[str, bool]) -> list[str]:
    """Return the systems that names at the top are of.

    One name may look like another system's, by a student's choice: so where nearly all are of
    one, it is that one's. A plain folder may hold names that look like Canvas's: dates do, but
    they repeat where an attachment has a number of its own.
    """
    of = {name: _system_of(name, is_folder) for name, is_folder in tops.items()}
    count = Counter(filter(None, of.values()))
    numbers = {from_canvas.numbers(name) for name, system in of.items() if system == "Canvas"}
    if 2 * len(numbers) < count["Canvas"]:
        del count["Canvas"]
    systems = ["Gradescope"] if tops.get(from_gradescope.METADATA) is False else []
    first, second = (*count.most_common(2), ("", 0), ("", 0))[:2]
    if first[1] and (first[0] != "Canvas" or 2 * sum(count.values()) >= len(tops)):
        systems.append(first[0])
        if second[1] > STRAYS * first[1]:
            systems.append(second[0])
    return systems


def _system_of(name: str, is_folder: bool) -> str:
    """Return whose number stands first in a name: what follows it is the student's choice."""
    places = (
        ("Brightspace", from_brightspace.starts(name, is_folder)),
        ("Moodle", from_moodle.starts(name)),
        ("Canvas", None if is_folder else from_canvas.starts(name)),
    )
    found = [(place, system) for system, place in places if place is not None]
    return min(found, key=lambda one: one[0])[1] if found else ""


def _refuse_two(where: str, systems: Sequence[str]) -> None:
    if len(systems) > 1:
        both = " and of ".join(systems[:2])
        raise UsageError(f"{where}: holds submissions of {both}; expected those of one")


# ---- the roster ----------------------------------------------------------------------------------


def _with_roster(
    system: str,
    entries: Sequence[Entry],
    people: Sequence[Sequence[Person]],
    skipped: Sequence[str],
    roster: Roster | None,
) -> Incoming:
    """Return the entries with their students; a plain folder alone tells of none."""
    if roster is None:
        named = [
            replace(entry, students=tuple(who.ids[0] for who in own) if system else ())
            for entry, own in zip(entries, people, strict=True)
        ]
        return Incoming(system, tuple(named), tuple(skipped))
    match = matching(roster, [who.name for own in people for who in own])
    named, unknown, twice = [], [], []
    seen: dict[str, str] = {}
    for entry, own in zip(entries, people, strict=True):
        found = [match(who) for who in own]
        ids = [one.id if one else who.ids[0] for one, who in zip(found, own, strict=True)]
        if None in found:
            unknown.append(entry.name)
        known = tuple(dict.fromkeys(ids))
        named.append(replace(entry, students=known if system or any(found) else ()))
        for one in filter(None, found):
            if one.id in seen and seen[one.id] != entry.name:
                twice.append(f"{seen[one.id]} and {entry.name} are both of {one.id!r}")
            seen.setdefault(one.id, entry.name)
    missing = tuple(student for student in roster.students if student.id not in seen)
    return Incoming(system, tuple(named), tuple(skipped), tuple(unknown), missing, tuple(twice))

"""Submissions out of a Gradescope export: `submission_metadata.yml`, a folder per submission.

The YAML is read as events, and every scalar stays text: ids keep their leading zeros, a tag makes
no object, an alias multiplies nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import yaml

from grader.errors import SubmissionError, UsageError
from grader.lms.contents import LIMITS, Contents
from grader.lms.found import Export, Found, Person, read_time
from grader.submission import Part
from grader.submission.intake import FILE, Intake
from grader.submission.names import shown

METADATA = "submission_metadata.yml"
MAX_METADATA = 64 * 1024 * 1024
MAX_DEPTH = 100
_EXPECTED = "expected the metadata that Gradescope exports"
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True)
class _Known:
    """What the metadata says of one submission."""

    folder: str
    people: tuple[Person, ...]
    created: datetime | None


def read(contents: Contents, where: str) -> Export:
    """Return each student's newest submission, with all members of its group.

    Raises UsageError if the metadata is not what Gradescope writes.
    """
    known = _metadata(contents, where)
    parts: dict[str, list[Part]] = {one.folder: [] for one in known}
    is_there: set[str] = set()
    skipped = {}
    tops = contents.tops()
    for item in contents.items:
        folder, _, path = item.path.partition("/")
        if folder in parts:
            is_there.add(folder)
            if path:
                parts[folder].append(replace(item, path=path))
        elif folder != METADATA and folder in tops:
            skipped[folder] = f"{shown(folder)} is not in {METADATA}"
    found = []
    taken: set[str] = set()
    for one in sorted(known, key=lambda one: one.created or _LONG_AGO, reverse=True):
        if one.folder not in is_there:
            skipped[one.folder] = f"{shown(one.folder)} is in {METADATA}, but has no folder"
            continue
        people = tuple(who for who in one.people if not taken.intersection(who.ids))
        if one.people and not people:
            skipped[one.folder] = f"{shown(one.folder)}: a newer attempt is there"
            continue
        taken.update(own for who in people for own in who.ids)
        found.append(_found(one, people, parts[one.folder]))
    return Export("Gradescope", tuple(found), tuple(skipped.values()))


def _found(one: _Known, people: tuple[Person, ...], parts: list[Part]) -> Found:
    ids = [person.ids[0] for person in people if person.ids]
    named = len(ids) == len(people) > 0
    return Found(
        id="+".join(sorted(ids)) if named else one.folder,
        people=people if named else (Person((one.folder,)),),
        parts=tuple(parts),
        received=one.created,
    )


def _metadata(contents: Contents, where: str) -> list[_Known]:
    place = f"{where}/{METADATA}"
    item, *others = [item for item in contents.items if item.path == METADATA]
    if others:
        raise UsageError(f"{place}: stands there twice; {_EXPECTED}")
    if item.kind != FILE or item.size > MAX_METADATA:
        raise UsageError(f"{place}: is no file of {MAX_METADATA >> 20} MiB at most; {_EXPECTED}")
    try:
        # Results of a whole class: much text that repeats itself, packed well.
        data = item.content(Intake(place, replace(LIMITS, ratio=2000)))
    except SubmissionError as error:
        raise UsageError(str(error)) from error
    try:
        tree = _tree(data)
    except (yaml.YAMLError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise UsageError(f"{place}: cannot be read as YAML ({reason}); {_EXPECTED}") from error
    if not isinstance(tree, dict) or not all(isinstance(one, dict) for one in tree.values()):
        raise UsageError(f"{place}: is no list of submissions; {_EXPECTED}")
    return [_known(place, folder, one) for folder, one in tree.items()]


def _known(place: str, folder: str, one: Mapping[str, Any]) -> _Known:
    submitters = one.get(":submitters", [])
    if not isinstance(submitters, list) or not all(isinstance(who, dict) for who in submitters):
        raise UsageError(f"{place}: {shown(folder)} has no list of submitters; {_EXPECTED}")
    created = one.get(":created_at")
    return _Known(
        folder=folder,
        people=tuple(map(_person, submitters)),
        created=read_time(created) if isinstance(created, str) else None,
    )


def _person(submitter: Mapping[str, Any]) -> Person:
    """Return a submitter; with anonymous grading there is no email, and maybe no more."""
    sid, email, name = (_text(submitter.get(key)) for key in (":sid", ":email", ":name"))
    return Person(tuple(text for text in (sid, email) if text), name)


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) and value not in ("null", "~") else ""


def _tree(data: bytes) -> Any:
    """Return YAML as mappings, lists and text; raises ValueError or YAMLError if it is none.

    What stands behind an anchor is one object, however often an alias names it.
    """
    anchors: dict[str, Any] = {}
    root: list[Any] = []
    stack: list[Any] = [root]
    keys: list[str | None] = [None]
    for event in yaml.parse(data, Loader=_LOADER):
        if isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            stack.pop()
            keys.pop()
            continue
        if isinstance(event, yaml.AliasEvent):
            value: Any = anchors.get(event.anchor, "")
        elif isinstance(event, yaml.ScalarEvent):
            value = event.value
        elif isinstance(event, yaml.MappingStartEvent):
            value = {}
        elif isinstance(event, yaml.SequenceStartEvent):
            value = []
        else:
            continue
        if getattr(event, "anchor", None) and not isinstance(event, yaml.AliasEvent):
            anchors[event.anchor] = value
        own = stack[-1]
        if isinstance(own, list):
            own.append(value)
        elif keys[-1] is None:
            if not isinstance(value, str):
                raise ValueError("a key is no text")
            if value in own:
                raise ValueError(f"two keys {value[:40]!r}")
            keys[-1] = value
        else:
            own[keys[-1]] = value
            keys[-1] = None
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            stack.append(value)
            keys.append(None)
            if len(stack) > MAX_DEPTH:
                raise ValueError(f"more than {MAX_DEPTH} levels")
    return root[0] if root else None

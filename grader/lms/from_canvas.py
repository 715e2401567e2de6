"""Submissions out of a Canvas download: one file per attachment, all at the top.

`<name>[_LATE]_<user>_<attachment>_<original name>`, or `anon_<id>_…` of an anonymous assignment;
what was typed in is `…_<user>_text.html`, a link `…_<user>_link.html`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from grader.lms.contents import Contents
from grader.lms.found import Export, Found, Person
from grader.submission import Part
from grader.submission.names import shown

LATE = "late, as Canvas marks it"
TYPED = "left out what was typed into Canvas: it is no file"
# The first numbers are Canvas's own: whatever follows them is the student's choice.
_NAME = re.compile(
    r"(?!\d+_\d)(?P<who>.*?)(?P<late>_LATE)?_(?P<user>\d{1,20})_"
    r"(?:(?P<attachment>\d{1,20})_(?P<file>.+)|(?P<page>(?:text|link)\.html))",
    re.DOTALL,
)
_ANONYMOUS = re.compile(
    r"anon(?P<late>_LATE)?_(?P<user>(?!LATE_)[0-9A-Za-z]{1,40})(?P<later>_LATE)?_"
    r"(?:(?P<attachment>\d{1,20})_(?P<file>.+)|(?P<page>(?:text|link)\.html))",
    re.DOTALL,
)
_COPY = re.compile(r"-\d+(?=(\.[^.]*)?$)")


@dataclass(frozen=True)
class _File:
    who: str
    user: str
    is_late: bool
    attachment: int  # they grow with time
    name: str
    part: Part


def starts(name: str) -> int | None:
    """Return where the user's number stands in a name of Canvas's making, None if it is none."""
    match = _ANONYMOUS.fullmatch(name) or _NAME.fullmatch(name)
    return match.start("user") if match else None


def numbers(name: str) -> tuple[str, str]:
    """Return the numbers of user and attachment in a name of Canvas's making."""
    match = _ANONYMOUS.fullmatch(name) or _NAME.fullmatch(name)
    return (match["user"], match["attachment"] or "") if match else ("", "")


def read(contents: Contents) -> Export:
    """Return each user's newest submission."""
    files: dict[str, list[_File]] = {}
    skipped = []
    tops = contents.tops()
    for item in contents.items:
        own = _file(item)
        if own is None:
            if item.path in tops:
                skipped.append(f"{shown(item.path)} is not named as Canvas names a submission")
        else:
            files.setdefault(own.user, []).append(own)
    found = []
    for user, own_files in files.items():
        newest = _newest(own_files)
        skipped += [
            f"{shown(one.part.path)}: a newer attempt is there"
            for one in set(own_files).difference(newest)
        ]
        found.append(_found(user, own_files, newest))
    return Export("Canvas", tuple(found), tuple(sorted(skipped)))


def _file(item: Part) -> _File | None:
    anonymous = _ANONYMOUS.fullmatch(item.path)
    match = anonymous or _NAME.fullmatch(item.path)
    if match is None or "/" in item.path:
        return None
    return _File(
        who="" if anonymous else match["who"],
        user=f"anon_{match['user']}" if anonymous else match["user"],
        is_late=bool(match["late"] or (anonymous and match["later"])),
        attachment=int(match["attachment"] or 0),
        name=match["file"] or match["page"],
        part=item,
    )


def _newest(files: Sequence[_File]) -> list[_File]:
    """Return the files of the newest attempt.

    One download holds one attempt; two that were put together hold several. An attempt is late as
    a whole; a file that was handed in again may have `-1` behind its name.
    """
    is_late = max(files, key=lambda one: one.attachment).is_late
    attempt = [one for one in files if one.is_late == is_late or not one.attachment]
    known = {one.name for one in attempt}
    last: dict[str, _File] = {}
    for one in attempt:
        plain = _COPY.sub("", one.name)
        name = plain if plain in known else one.name
        before = last.get(name)
        if before is None or one.attachment >= before.attachment:
            last[name] = one
    return sorted(last.values(), key=lambda one: one.name)


def _found(user: str, files: Sequence[_File], newest: Sequence[_File]) -> Found:
    names = sorted({one.who for one in files})
    fault = ""
    if len(names) > 1:  # whoever may choose a name could put another's number into it
        both = " and ".join(shown(name) for name in names[:2])
        fault = f"user {user} stands behind two names, {both}; expected one"
    elif not any(one.attachment for one in newest):
        fault = "holds only what was typed into Canvas, or a link; expected a file"
    return Found(
        id=f"{newest[0].who}_{user}",
        people=(Person((user,)),),
        parts=tuple(replace(one.part, path=one.name) for one in newest if one.attachment),
        notes=tuple(
            sentence
            for sentence, holds in (
                (LATE, any(one.is_late for one in newest)),
                (TYPED, not all(one.attachment for one in newest)),
            )
            if holds
        ),
        fault=fault,
    )

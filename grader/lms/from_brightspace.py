"""Submissions out of a Brightspace download: a folder for each time that somebody handed in.

`<number>-<number> - [<id> ]<name> - <time>/<file>`, beside an `index.html` that repeats the names;
some downloads have no folders, and ` - <file>` behind the time. The first number is the student's
or the group's, the second the assignment's, and neither stands in any table of grades. Months are
written in the language of whoever downloads, in their own time zone.

Source: programs of teachers that read such downloads, among them d2lmf and those of universities
with English and Spanish; D2L documents nothing.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from grader.lms.contents import Contents
from grader.lms.found import Export, Found, Person
from grader.submission import Part
from grader.submission.names import shown

INDEX = "index.html"
_WORD = r"[^\W\d_]+\.?"
_TIME = (
    rf"(?:{_WORD} \d{{1,2}},?|\d{{1,2}}\.?(?: de)? {_WORD}(?: de)?) \d{{4}},?"
    r" \d{1,2}[ :.h]?\d\d(?: ?[AaPp]\.? ?[Mm]\.?)?"
)
_NUMBERS = r"(?P<number>\d{1,20})-\d{1,20} - "
# A folder ends with its time; of a file what follows the first time is the student's choice.
_FOLDER = re.compile(rf"{_NUMBERS}(?P<who>.+) - (?P<time>{_TIME})", re.DOTALL)
_FILE = re.compile(rf"{_NUMBERS}(?P<who>.+?) - (?P<time>{_TIME}) - (?P<file>.+)", re.DOTALL)
# The first letters of the months, without accents: English, then Spanish, French, Portuguese,
# German, Dutch, Italian, Swedish, where they begin otherwise.
_MONTHS = {
    start: number
    for number, starts in enumerate(
        (
            *("jan ene gen", "feb fev", "mar maa mrt", "apr abr avr", "may mai mei mag maj"),
            *("jun juin giu", "jul juil lug", "aug ago aou", "sep set", "oct okt out ott"),
            *("nov", "dec dic dez"),
        ),
        1,
    )
    for start in starts.split()
}


@dataclass(frozen=True)
class _Piece:
    """A file or folder of one submission, by the name at the top."""

    who: str
    time: str
    part: Part | None  # None: the folder itself


def starts(name: str, is_folder: bool) -> int | None:
    """Return where the number stands in a name of Brightspace's making, None if it is none."""
    match = _match(name, is_folder)
    return match.start("number") if match else None


def read(contents: Contents) -> Export:
    """Return the newest submission of each student or group."""
    pieces: dict[str, list[_Piece]] = {}
    skipped = {}
    tops = contents.tops()
    for item in contents.items:
        top, _, below = item.path.partition("/")
        match = _match(top, tops.get(top, False))
        if match is None:
            if top in tops and top != INDEX:
                skipped[top] = f"{shown(top)} is not named as Brightspace names a submission"
            continue
        path = below or match.groupdict().get("file", "")
        part = replace(item, path=path) if path else None
        pieces.setdefault(match["number"], []).append(_Piece(match["who"], match["time"], part))
    found = []
    for number, own in pieces.items():
        newest, fault = _newest(own)
        found.append(_found(number, newest, fault))
        skipped |= {
            f"{number} {one.time}": f"{shown(f'{one.who} - {one.time}')}: a newer attempt is there"
            for one in own
            if not fault and one.time != newest[0].time
        }
    return Export("Brightspace", tuple(found), tuple(skipped.values()))


def moment(time: str) -> tuple[int, int, int, int, int] | None:
    """Return year, month, day, hour, minute that a name says, None if the month is not known."""
    words = re.findall(r"\d+|[^\W\d_]+", _plain(time))
    months = [found for word in words if (found := _month(word)) is not None]
    numbers = [word for word in words if word.isdecimal()]
    if len(months) != 1 or len(numbers) < 3:
        return None
    day, year, *clock = numbers
    digits = "".join(clock)
    hour, minute = int(digits[:-2]), int(digits[-2:])
    half = re.search(r"([ap])[. ]{0,2}m", _plain(time)[-6:])
    if half is not None:
        hour = hour % 12 + (12 if half[1] == "p" else 0)
    return int(year), months[0], int(day), hour, minute


def _match(name: str, is_folder: bool) -> re.Match[str] | None:
    return (_FOLDER if is_folder else _FILE).fullmatch(name)


def _newest(pieces: Sequence[_Piece]) -> tuple[list[_Piece], str]:
    """Return the pieces of the newest attempt, and why it cannot be told which that is, if so."""
    times = {one.time: moment(one.time) for one in pieces}
    known = {time: found for time, found in times.items() if found is not None}
    first, *others = times
    if others and (len(known) < len(times) or len(set(known.values())) < len(known)):
        fault = (
            f"there are attempts of {shown(first)} and {shown(others[0])}, and which is the newer "
            "cannot be told; expected one"
        )
        return [one for one in pieces if one.time == first], fault
    last = max(known, key=lambda time: known[time]) if others else first
    return [one for one in pieces if one.time == last], ""


def _found(number: str, pieces: Sequence[_Piece], fault: str) -> Found:
    who = pieces[0].who
    return Found(
        id=f"{who}_{number}",
        # With its system before it, the number is never taken for a student's id.
        people=(Person((f"Brightspace {number}",), who, label=who),),
        parts=tuple(one.part for one in pieces if one.part is not None),
        fault=fault,
    )


def _month(word: str) -> int | None:
    # French parts June from July by the fourth letter.
    return _MONTHS.get(word[:4]) or _MONTHS.get(word[:3])


def _plain(text: str) -> str:
    """Return the text in small letters without accents."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))

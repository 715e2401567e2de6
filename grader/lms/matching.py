"""Who of the roster handed in: by an id, else by a name that leaves no doubt."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection

from grader.lms.found import Person
from grader.lms.roster import Roster, Student


def matching(roster: Roster, handed_in: Collection[str]) -> Callable[[Person], Student | None]:
    """Return what finds a person in the roster: by an id, else by a full name that only one has.

    Brightspace may write an id and a blank before a name. Moodle may write a group's name and `-`
    before it; that is not taken off: `Jean-Luc` would become somebody else's `Luc`. The worksheet
    has the numbers.
    """
    by_name: dict[str, list[Student]] = {}
    for student in roster.students:
        by_name.setdefault(_plain_name(student.name), []).append(student)
    count = Counter(handed_in)

    def match(person: Person) -> Student | None:
        for own in person.ids:
            student = roster.find(own)
            if student is not None:
                return student
        student = _labelled(roster, person.label)
        if student is not None:
            return student
        is_one = person.name and count[person.name] == 1
        alike = by_name.get(_plain_name(person.name), []) if is_one else []
        return alike[0] if len(alike) == 1 else None

    return match


def _labelled(roster: Roster, label: str) -> Student | None:
    """Return whom a label names by the id in front, if the name behind it is theirs too.

    A first name may be another's login; so where no names can be compared, the id needs a digit.
    """
    first, _, rest = label.replace(" - ", " ").partition(" ")
    student = roster.find(first)
    if student is None:
        return None
    own, known = _plain_name(rest).split(), _plain_name(student.name).split()
    is_theirs = set(own) <= set(known) if own and known else any(map(str.isdigit, first))
    return student if is_theirs else None


def _plain_name(name: str) -> str:
    """Return a name as two systems would write it: `Last, First` is `First Last`."""
    last, comma, first = name.partition(",")
    ordered = f"{first} {last}" if comma else name
    return " ".join(re.split(r"\s+", unicodedata.normalize("NFC", ordered).casefold().strip()))

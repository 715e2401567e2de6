"""What is found in an export: submissions of people, as its system names them."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from grader.submission import Part

_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))? ?(Z|[+-]\d\d:?\d\d|[A-Za-z_/+\-0-9]+)?"
)


@dataclass(frozen=True)
class Person:
    """Who handed in. ids: by which the system knows them, the first is its own; may be none.

    label: the name as it stands there; an id of the course's may come first in it.
    """

    ids: tuple[str, ...]
    name: str = ""
    label: str = ""


@dataclass(frozen=True)
class Found:
    """One submission, the newest of whoever handed it in.

    id: stable over exports, not yet fit for a file name. fault: why it is not to be graded, if
    so. received: UTC, where the system says it. notes: sentences for the report.
    """

    id: str
    people: tuple[Person, ...]
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()
    received: datetime | None = None
    fault: str = ""


@dataclass(frozen=True)
class Export:
    """All submissions of an export, and what was left out, a sentence each."""

    system: str
    found: tuple[Found, ...]
    skipped: tuple[str, ...] = ()


def read_time(text: str) -> datetime | None:
    """Return the time that a system wrote, in UTC, None if it is none; UTC where it names none."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return None
    day, time, fraction, zone = match.groups()
    try:
        plain = datetime.fromisoformat(f"{day}T{time}.{(fraction or '0')[:6]:0<6}")
        if zone is None or zone in ("Z", "UTC"):
            return plain.replace(tzinfo=UTC)
        if zone[0] in "+-":
            sign = -1 if zone[0] == "-" else 1
            ahead = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:])) * sign
            return plain.replace(tzinfo=timezone(ahead)).astimezone(UTC)
        return plain.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, OverflowError, OSError, LookupError):
        return None

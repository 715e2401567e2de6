"""What the service's processes say about themselves: a line for each event, of JSON or for people.

Neither what an exception says nor the values that code held are in it: both may be a student's.
Where it was raised is.
"""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Literal, get_args

from grader.errors import UsageError

FORM = "GRADER_LOG"  # in the environment of what `grader serve` starts
# quiet: as text, and of ours too only what somebody should look at; so no line for each request.
Form = Literal["json", "text", "quiet"]
LEVEL = logging.WARNING
OURS = "grader"


class Lines(logging.Formatter):
    """Writes a record as one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line. Of an exception: its types, and where each of them came from."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "process": record.process,
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["raised"] = list(_raised(record.exc_info[1]))
        return json.dumps(line, ensure_ascii=False, default=str)


class Words(logging.Formatter):
    """Writes a record for people: the time of day, what happened, and a line of where."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the text; no more is said of an exception than `Lines` says."""
        at = datetime.fromtimestamp(record.created).strftime("%H:%M:%S")
        level = "" if record.levelno < logging.WARNING else f"{record.levelname.lower()}: "
        fields = getattr(record, "fields", {})
        values = "".join(f" {name}={value}" for name, value in fields.items())
        text = f"{at} {level}{record.getMessage()}{values}"
        if record.exc_info and record.exc_info[1] is not None:
            for error in _raised(record.exc_info[1]):
                text += f"\n         {error['type']}, {error['at']}"
        return text


def form_of(asked: str) -> Form:
    """Return how this process logs: as asked; else quiet in a terminal, and JSON elsewhere.

    Raises UsageError if there is no such form.
    """
    if not asked:
        return "quiet" if sys.stderr.isatty() else "json"
    for form in get_args(Form):
        if asked == form:
            found: Form = form
            return found
    raise UsageError(f"{FORM} is {asked!r}; expected one of {', '.join(get_args(Form))}")


def set_up(asked: str = "") -> None:
    """Have all that is logged go to standard error; of others only warnings.

    asked: see `form_of`, which raises.
    """
    form = form_of(asked)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines() if form == "json" else Words())
    logging.basicConfig(level=LEVEL, handlers=[handler], force=True)
    logging.getLogger(OURS).setLevel(logging.WARNING if form == "quiet" else logging.INFO)


def _raised(error: BaseException) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    following: BaseException | None = error
    while following is not None and len(found) < 8:
        kind = type(following)
        found.append({"type": f"{kind.__module__}.{kind.__qualname__}", "at": _places(following)})
        following = following.__cause__ or following.__context__
    return found


def _places(error: BaseException) -> list[str]:
    trace: TracebackType | None = error.__traceback__
    return [
        f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)
    ]

"""What the service's processes say about themselves: one line of JSON for each event.

Neither what an exception says nor the values that code held are in it: both may be a student's.
Where it was raised is.
"""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType

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


def set_up() -> None:
    """Have all that is logged go to standard error in this form; of others only warnings."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    logging.basicConfig(level=LEVEL, handlers=[handler], force=True)
    logging.getLogger(OURS).setLevel(logging.INFO)


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

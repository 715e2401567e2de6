"""A step that a process takes again and again, in a thread of its own."""

import logging
import threading
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

_log = logging.getLogger("grader.repeating")


class Outage:
    """Whether the database is away, for a process whose threads all ask it; said once each time.

    It is back when each that had failed has got through: so one late failure says nothing twice.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failing: set[str] = set()

    def failed(self, name: str, error: SQLAlchemyError) -> None:
        """Note that this one has not got through."""
        with self._lock:
            if not self._failing:
                _log.warning("the database does not answer (%s); trying again", first_line(error))
            self._failing.add(name)

    def worked(self, name: str) -> None:
        """Note that this one has got through."""
        with self._lock:
            if self._failing == {name}:
                _log.warning("the database answers again")
            self._failing.discard(name)


def started(
    name: str, seconds: float, step: Callable[[], object], outage: Outage
) -> Callable[[], None]:
    """Take a step again and again, in a thread; return what ends that."""
    ending = threading.Event()

    def repeat() -> None:
        while not ending.wait(seconds):
            try:
                step()
                outage.worked(name)
            except SQLAlchemyError as error:
                outage.failed(name, error)
            except Exception:
                _log.exception("%s failed; trying again", name)

    def end() -> None:
        ending.set()
        thread.join()

    thread = threading.Thread(target=repeat, name=name, daemon=True)
    thread.start()
    return end


def first_line(error: Exception) -> str:
    """Return what an error says, without what the database adds."""
    return str(error).partition("\n")[0]

"""A step that a process takes again and again, in a thread of its own."""

import logging
import threading
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

_log = logging.getLogger("grader.repeating")


def started(name: str, seconds: float, step: Callable[[], object]) -> Callable[[], None]:
    """Take a step again and again, in a thread; return what ends that."""
    ending = threading.Event()

    def repeat() -> None:
        while not ending.wait(seconds):
            try:
                step()
            except SQLAlchemyError as error:
                _log.warning("%s failed (%s); trying again", name, first_line(error))
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

"""What a long check has done so far, kept in a file: interrupted, the next one goes on from there.

One line of JSON per piece of work, appended as it is done. The file's name holds a hash of all
that a result depends on, so that nothing is ever taken from another assignment, another version
of the grader or other libraries. When all is done, the file is removed.
"""

import contextlib
import hashlib
import json
import os
from pathlib import Path
from threading import Lock
from typing import Any, Self

import grader
from grader.assignment import hash_of_folders
from grader.errors import UsageError
from grader.grade import Grader, environment

FOLDER = ".grader"
VERIFY = "verify"


class State:
    """Finished pieces of work by name; safe to use from several threads.

    Without a file, where there is none or it cannot be written to, nothing outlives the process.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._done: dict[str, Any] = _read(path) if path is not None else {}
        self.taken_over = len(self._done)
        self._lock = Lock()
        self._file = open(path, "a", encoding="utf-8") if path is not None else None  # noqa: SIM115

    def get(self, name: str) -> Any:
        """Return what a piece of work came to, None if it has not been done."""
        return self._done.get(name)

    def put(self, name: str, value: Any) -> None:
        """Keep what a piece of work came to: JSON."""
        with self._lock:
            self._done[name] = value
            if self._file is not None:
                self._file.write(json.dumps([name, value]) + "\n")
                self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        """Let go of the file; nothing of it is left once all is finished."""
        if self._file is None or self.path is None:
            return
        self._file.close()
        if error is None:
            self.path.unlink(missing_ok=True)
            for folder in self.path.parents[:2]:
                if folder.name in (FOLDER, VERIFY):
                    with contextlib.suppress(OSError):  # more is in it
                        folder.rmdir()


def opened(own: Grader, folder: Path | None) -> State:
    """Return the state of an assignment's checks.

    folder: where it is kept; if none is given `.grader/` of the course, or nowhere if that cannot
    be written to. Raises UsageError if the folder given cannot be.
    """
    place = folder if folder is not None else own.assignment.course / FOLDER / VERIFY
    name = f"{own.assignment.id}-{_hash(own)}.jsonl"
    try:
        place.mkdir(parents=True, exist_ok=True)
        return State(place / name)
    except OSError as error:
        if folder is None:
            return State(None)
        raise UsageError(f"{place}: cannot be written to ({error.strerror})") from error


def _hash(own: Grader) -> str:
    package = Path(grader.__file__).parent
    parts = [
        own.reference.sha256,
        environment(own).model_dump_json(),
        hash_of_folders([package]),
        str(os.cpu_count()),
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _read(path: Path) -> dict[str, Any]:
    """Return what is there; a line that was cut off as its writer was killed is left out."""
    done = {}
    with contextlib.suppress(FileNotFoundError):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            with contextlib.suppress(ValueError, TypeError):
                name, value = json.loads(line)
                done[name] = value
    return done

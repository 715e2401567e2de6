"""Where one service keeps what it keeps: a folder of its own, and a course folder beside."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from grader.errors import UsageError
from grader.sandbox import libc
from grader.service.store import Store


@dataclass(frozen=True)
class Place:
    """The data folder, the course folder, and the database's address if it is not a file there."""

    data: Path
    course: Path
    database: str = ""

    @property
    def url(self) -> str:
        """The address of our tables."""
        return self.database or f"sqlite:///{self.data.resolve() / 'service.sqlite'}"

    @property
    def jobs_url(self) -> str:
        """The address of the queue's tables.

        On SQLite a file of its own: its polling must not hold up our writers.
        """
        return self.database or f"sqlite:///{self.data.resolve() / 'jobs.sqlite'}"

    @property
    def store(self) -> Store:
        """Where uploaded bytes are."""
        return Store(self.data.resolve() / "store")

    def make(self) -> None:
        """Make the data folder, for us alone; raises UsageError if that is impossible."""
        try:
            self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.store.folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise UsageError(f"{self.data}: cannot be made ({error.strerror})") from error


def end_with(parent: int) -> None:
    """Have this process told to stop when its parent ends, however that ends."""
    libc.prctl("end with the parent", libc.PR_SET_PDEATHSIG, 15)
    if os.getppid() != parent:  # it ended before we asked
        sys.exit(1)

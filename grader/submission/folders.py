"""Folders, read through descriptors: what was looked at is what is opened, and no link is followed.

O_NONBLOCK, so that a pipe put in a file's place does not hold the reader up.
"""

import os
from itertools import islice

from grader.submission.intake import FOLDER, Intake, bounded, kind_of
from grader.submission.names import shown

OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def read(descriptor: int, intake: Intake, inside: bytes = b"") -> None:
    """Put the files of an open folder; `inside` is its path within the submission.

    Raises SubmissionError for what `Intake` refuses, OSError if something cannot be read.
    """
    with os.scandir(descriptor) as entries:
        # One more than allowed is enough to be refused.
        found = sorted(entry.name for entry in islice(entries, intake.limits.members + 1))
    for name in found:
        own = inside + os.fsencode(name)
        status = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
        kind = kind_of(status.st_mode)
        path = intake.admit(own, kind, status.st_size)
        if path is None:
            continue
        opened = os.open(name, OPEN, dir_fd=descriptor)
        try:
            if kind_of(os.fstat(opened).st_mode) != kind:
                raise intake.error(
                    f"{shown(path)} was changed while it was read; expected it at rest"
                )
            if kind == FOLDER:
                read(opened, intake, own + b"/")
            else:
                intake.put(path, bounded(opened, intake.limits.file_bytes))
        finally:
            os.close(opened)

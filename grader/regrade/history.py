"""The reports that others took the place of: `history/<id>/<UTC time>-<hash>.json`.

They lie beside `reports/`, not in it: nothing that reads a class's reports finds them.
"""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from grader.errors import UsageError
from grader.report import remove_half_written, write_atomically

HISTORY = "history"


def keep(out: Path, report: Path) -> None:
    """Put a copy of the report into the history of a batch's folder, once.

    A regrade that was killed between this and writing the new report comes here again: the hash
    in the name tells that the same bytes are there. Raises UsageError if nothing can be written.
    """
    folder = out / HISTORY / report.stem
    try:
        folder.mkdir(parents=True, exist_ok=True)
        remove_half_written(folder, {".json"})
        content = report.read_bytes()
    except OSError as error:
        raise UsageError(f"{error.filename}: cannot be kept ({error.strerror})") from error
    digest = hashlib.sha256(content).hexdigest()[:12]
    if not any(folder.glob(f"*-{digest}.json")):
        time = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        write_atomically(folder / f"{time}-{digest}.json", content)

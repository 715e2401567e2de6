"""A class graded anew, several at a time; written only if asked to, and then one by one."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event

from grader import batch
from grader.errors import SubmissionError, UsageError
from grader.grade import Grader
from grader.lms.incoming import Entry
from grader.regrade import history
from grader.regrade.one import regrade
from grader.regrade.rows import FATES, Row, row_of
from grader.report import read


def run(
    grader: Grader,
    entries: Sequence[Entry],
    out: Path,
    *,
    jobs: int,
    everything: bool = False,
    commit: bool = False,
    tell: Callable[[Row], None] = lambda row: None,
) -> list[Row]:
    """Return the row of each submission and of each report without one, by fate and id.

    entries: the submissions. out: a batch's folder. commit: write each new report as it is there,
    keep the one that it replaces as history, and write the pages anew at the end; whoever calls
    has the folder to itself (`batch.alone`). tell: called for each row as it is done.

    Raises UsageError, before anything is graded, if reports are to be written and one that is
    there cannot be read: the pages are made of all of them.
    """
    if commit:
        for path in batch.report_paths(out):
            read(path)
    entries = batch.distinct(entries)
    stopped = Event()

    def one(entry: Entry) -> Row:
        return _one(grader, entry, out, everything=everything, commit=commit, stopped=stopped)

    rows = []
    with contextlib.closing(batch.in_parallel(one, entries, jobs)) as done:
        try:
            for row in done:
                rows.append(row)
                tell(row)
        finally:
            stopped.set()
    rows += _left_over(out, {entry.id for entry in entries})
    if commit:
        batch.rewrite_class(out, title=grader.assignment.title)
    order = list(FATES)
    return sorted(rows, key=lambda row: (order.index(row.fate), row.id))


def _one(
    grader: Grader,
    entry: Entry,
    out: Path,
    *,
    everything: bool,
    commit: bool,
    stopped: Event,
) -> Row:
    """Grade one entry anew; whatever is wrong with it stays with it, and its report stays too."""
    path = batch.report_path(out, entry.id)
    try:
        handed_in = entry.take_in(grader.assignment)
    except SubmissionError as error:
        return Row(entry.name if entry.clash else entry.id, "refused", note=str(error))
    if not path.is_file():
        return Row(entry.id, "no report", note="grade it with: grader batch … --resume")
    try:
        old = read(path)
        if old.assignment.id != grader.assignment.id:
            raise UsageError(f"its report is of {old.assignment.id!r}")
        regraded = regrade(grader, old, handed_in, everything=everything)
    except UsageError as error:
        return Row(entry.id, "not regraded", note=str(error))
    if commit and regraded.report is not None and not stopped.is_set():
        history.keep(out, path)
        batch.write_report(out, regraded.report)
    return row_of(entry.id, old, regraded)


def _left_over(out: Path, ids: set[str]) -> Iterator[Row]:
    for path in batch.report_paths(out):
        if path.stem not in ids:
            yield Row(path.stem, "no submission")

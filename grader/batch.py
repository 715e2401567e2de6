"""Many submissions: every entry of a folder to a report, in parallel, resumable.

What is written: `reports/<id>.json` (staff view), `reports/<id>.html`, `summary.csv`,
`index.html`. All of it whole or not at all; neither order nor content depends on how many
submissions are graded at a time.
"""

import contextlib
import fcntl
import os
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from grader import __version__, submission
from grader.assignment import Reference
from grader.errors import SubmissionError, UsageError
from grader.grade import Grader, grade, take_in
from grader.pages import ClassSummary, class_page, report_page, summary_csv
from grader.report import Report, read, remove_half_written, to_json, write_atomically

REPORTS = "reports"
SUMMARY = "summary.csv"
INDEX = "index.html"
PROBE = ".writable"


@dataclass(frozen=True)
class Outcome:
    """What one entry came to: a report, fresh or kept from before, or why it was refused."""

    entry: str
    report: Report | None
    refusal: str = ""
    is_kept: bool = False

    @property
    def word(self) -> str:
        """The entry's status in one word."""
        return self.report.status if self.report is not None else "refused"


@dataclass(frozen=True)
class Result:
    """What a batch came to, counted."""

    counts: Counter[str]
    kept: int

    @property
    def needs_staff(self) -> bool:
        """Whether anything is not graded."""
        return any(count for word, count in self.counts.items() if word != "graded")


def entries(folder: Path) -> list[Path]:
    """Return the submissions of a folder: each of its entries, hidden ones left out.

    Raises UsageError if it is no folder or has none.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: not a folder; expected one entry per submission in it")
    found = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    if not found:
        raise UsageError(f"{folder}: empty; expected one entry per submission in it")
    return found


def prepare(folder: Path, out: Path, *, resume: bool) -> None:
    """Make the output folder.

    Raises UsageError if it cannot be written to, lies among the submissions, or holds reports and
    is not to be resumed.
    """
    if out.resolve().is_relative_to(folder.resolve()):
        raise UsageError(f"{out}: lies in {folder}, whose entries are submissions; name another")
    reports = out / REPORTS
    try:
        reports.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{reports}: cannot be made ({error.strerror})") from error
    probe = out / PROBE
    write_atomically(probe, "")
    probe.unlink()
    if not resume and any(reports.glob("*.json")):
        raise UsageError(
            f"{reports}: holds reports already; add --resume to go on, or name another folder"
        )


@contextlib.contextmanager
def alone(out: Path) -> Iterator[None]:
    """Have a prepared output folder to oneself for the length of a block.

    What a killed batch has left there half written is removed. Raises UsageError if another batch
    is at work there.
    """
    descriptor = os.open(out / REPORTS, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if _is_locked(out, descriptor):
            for folder in (out, out / REPORTS):
                remove_half_written(folder, {".json", ".html", ".csv", PROBE})
        yield
    finally:
        os.close(descriptor)


def _is_locked(out: Path, descriptor: int) -> bool:
    """Lock the folder until the descriptor is closed; False where file systems have no locks."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise UsageError(f"{out}: another batch is at work there; name another folder") from error
    except OSError:
        return False
    return True


def run(
    grader: Grader,
    paths: list[Path],
    out: Path,
    *,
    jobs: int,
    tell: Callable[[Outcome], None],
) -> Result:
    """Grade the entries, `jobs` at a time, and write everything that staff read.

    tell: called for each as it is done. What is already reported for the same submission, the
    same assignment and the same grader is kept (see `prepare`). An exception, Ctrl-C too, leaves
    at once: what is in flight then ends with the judge, when the caller closes it.
    """
    summary = ClassSummary()
    counts: Counter[str] = Counter()
    kept = 0
    stopped = Event()
    outcomes = _in_parallel(lambda one: _one(grader, one, out, stopped), _distinct(paths), jobs)
    with contextlib.closing(outcomes):
        try:
            for outcome in outcomes:
                counts[outcome.word] += 1
                kept += outcome.is_kept
                if outcome.report is not None:
                    summary.add(outcome.report)
                else:
                    summary.add_refused(outcome.entry, outcome.refusal)
                tell(outcome)
        finally:
            stopped.set()
    write_atomically(out / SUMMARY, summary_csv(summary))
    write_atomically(out / INDEX, class_page(summary, title=grader.reference.assignment.title))
    return Result(counts, kept)


@dataclass(frozen=True)
class _Entry:
    path: Path
    clash: str  # the entry that has the same id, if one comes before


def _distinct(paths: list[Path]) -> list[_Entry]:
    """Return the entries, those marked whose id another has already."""
    first: dict[str, str] = {}
    found = []
    for path in paths:
        own = submission.id_of(path)
        found.append(_Entry(path, first.get(own, "")))
        first.setdefault(own, path.name)
    return found


def _one(grader: Grader, entry: _Entry, out: Path, stopped: Event) -> Outcome:
    """Grade one entry; whatever is wrong with it stays with it."""
    path = out / REPORTS / f"{submission.id_of(entry.path)}.json"
    page = path.with_suffix(".html")
    if entry.clash:
        reason = f"{entry.path.name}: {entry.clash} is named alike; expected one entry"
        return Outcome(entry.path.name, None, reason)
    try:
        handed_in = take_in(grader.reference.assignment, entry.path)
    except SubmissionError as error:
        for old in (path, page):  # of what was handed in before, and is no more
            old.unlink(missing_ok=True)
        return Outcome(entry.path.name, None, str(error))
    known = _known(path, handed_in, grader.reference)
    if known is not None:
        return Outcome(entry.path.name, known, is_kept=True)
    report = grade(grader, handed_in)
    if not stopped.is_set():  # else its judge was ended under it
        write_atomically(page, report_page(report))
        write_atomically(path, to_json(report))  # last: with it, the submission counts as done
    return Outcome(entry.path.name, report)


def _known(path: Path, handed_in: submission.Submission, reference: Reference) -> Report | None:
    """Return the report of a former run if it is of just this; None if it must be made anew."""
    if not path.is_file():
        return None
    try:
        report = read(path)
    except UsageError:
        return None
    same = (
        report.submission.sha256 == handed_in.sha256
        and report.assignment.sha256 == reference.sha256
        and report.environment.grader == __version__
        and report.status != "judge_error"
    )
    return report if same else None


def _in_parallel(
    work: Callable[[_Entry], Outcome], todo: list[_Entry], jobs: int
) -> Generator[Outcome, None, None]:
    """Yield the results as they come, never more than twice `jobs` of them waiting."""
    waiting: set[Future[Outcome]] = set()
    pool = ThreadPoolExecutor(jobs)
    try:
        for entry in todo:
            waiting.add(pool.submit(work, entry))
            if len(waiting) >= 2 * jobs:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                yield from (one.result() for one in done)
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            yield from (one.result() for one in done)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)

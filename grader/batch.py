"""Many submissions: every entry to a report, in parallel, resumable.

What is written: `reports/<id>.json` (staff view), `reports/<id>.html`, `summary.csv`,
`index.html`, with a roster `missing.csv`. All of it whole or not at all; neither order nor content
depends on how many submissions are graded at a time.
"""

import contextlib
import fcntl
import os
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import TypeVar

from grader import __version__, submission
from grader.assignment import Reference
from grader.errors import SubmissionError, UsageError
from grader.grade import Grader, grade, submission_id
from grader.lms.incoming import Entry
from grader.lms.roster import Student
from grader.pages import (
    ClassSummary,
    KnownRows,
    class_page,
    csv_text,
    known_rows,
    report_page,
    summary_csv,
)
from grader.report import Report, read, remove_half_written, to_json, write_atomically

REPORTS = "reports"
SUMMARY = "summary.csv"
INDEX = "index.html"
MISSING = "missing.csv"
PROBE = ".writable"

_T = TypeVar("_T")
_R = TypeVar("_R")


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
    entries: Sequence[Entry],
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
    outcomes = in_parallel(lambda one: _one(grader, one, out, stopped), distinct(entries), jobs)
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
    write_class(out, summary, title=grader.reference.assignment.title)
    return Result(counts, kept)


def write_report(out: Path, report: Report) -> None:
    """Write one submission's page and report into a prepared folder.

    The report comes last: with it, the submission counts as done.
    """
    path = report_path(out, report.submission.id)
    write_atomically(path.with_suffix(".html"), report_page(report))
    write_atomically(path, to_json(report))


def write_class(out: Path, summary: ClassSummary, *, title: str) -> None:
    """Write the table and the page of the class."""
    write_atomically(out / SUMMARY, summary_csv(summary))
    write_atomically(out / INDEX, class_page(summary, title=title))


def write_missing(out: Path, missing: Sequence[Student] | None) -> None:
    """Write the table of who has handed in nothing; without a roster, take an old one away."""
    path = out / MISSING
    if missing is None:
        path.unlink(missing_ok=True)
        return
    rows = [(one.id, one.name, one.email, one.login, one.section) for one in missing]
    write_atomically(path, csv_text(("id", "name", "email", "login", "section"), rows))


def report_path(out: Path, submission_id: str) -> Path:
    """Return where the report of a submission lies in a batch's folder."""
    return out / REPORTS / f"{submission_id}.json"


def folder_of(path: Path) -> Path:
    """Return the batch's folder that a person means by this one: itself, or its reports/.

    Raises UsageError if there are no reports.
    """
    is_inner = path.resolve().name == REPORTS and not (path / REPORTS).is_dir()
    out = path.resolve().parent if is_inner else path
    if not report_paths(out):
        raise UsageError(f"{path}: holds no reports; expected a folder that `grader batch` wrote")
    return out


def report_paths(out: Path) -> list[Path]:
    """Return the files of all reports in a batch's folder."""
    return sorted((out / REPORTS).glob("*.json"))


def known_class(out: Path) -> KnownRows | None:
    """Return who is in the table of the class; None if an interrupted batch has not written it.

    Raises UsageError if it is not the table that a batch wrote.
    """
    table = out / SUMMARY
    if not table.is_file():
        return None
    try:
        return known_rows(table.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{table}: not the table that `grader batch` wrote ({error})") from error


def rewrite_class(out: Path, *, title: str) -> None:
    """Write the table and the page of the class anew, from the reports as they are now.

    Who belongs to the class, and who was refused and why, is taken from the table as it was.
    Raises UsageError if the table or a report cannot be read.
    """
    known = known_class(out)
    if known is None:
        return
    summary = ClassSummary()
    for path in report_paths(out):
        report = read(path)
        if known.has_report(report.submission.id):
            summary.add(report)
    for id, reason in known.refused:
        summary.add_refused(id, reason)
    write_class(out, summary, title=title)


def distinct(entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries, those marked whose id another has already."""
    first: dict[str, str] = {}
    found = []
    for entry in entries:
        found.append(replace(entry, clash=first.get(entry.id, "")))
        first.setdefault(entry.id, entry.name)
    return found


def _one(grader: Grader, entry: Entry, out: Path, stopped: Event) -> Outcome:
    """Grade one entry; whatever is wrong with it stays with it."""
    path = report_path(out, entry.id)
    try:
        handed_in = entry.take_in(grader.reference.assignment)
    except SubmissionError as error:
        if not entry.clash:
            for old in (path, path.with_suffix(".html")):  # of what was handed in before
                old.unlink(missing_ok=True)
        return Outcome(entry.name, None, str(error))
    known = _known(path, handed_in, grader.reference)
    if known is not None:
        told_now = _told(known, handed_in, entry)
        if told_now != known and not stopped.is_set():
            write_report(out, told_now)
        return Outcome(entry.name, told_now, is_kept=True)
    report = grade(grader, handed_in, entry.students)
    if not stopped.is_set():  # else its judge was ended under it
        write_report(out, report)
    return Outcome(entry.name, report)


def _told(known: Report, handed_in: submission.Submission, entry: Entry) -> Report:
    """Return the report with what is known now of who handed in, and whether late."""
    before = known.submission
    if not entry.students or (before.students, before.notes) == (
        list(entry.students),
        list(handed_in.notes),
    ):
        return known
    return known.model_copy(update={"submission": submission_id(handed_in, entry.students)})


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


def in_parallel(
    work: Callable[[_T], _R], todo: Iterable[_T], jobs: int
) -> Generator[_R, None, None]:
    """Yield the results as they come, never more than twice `jobs` of them waiting."""
    waiting: set[Future[_R]] = set()
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

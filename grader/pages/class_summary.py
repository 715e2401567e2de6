"""What the class page needs of each report, and no more: a few hundred bytes a submission.

Whatever is returned depends on which reports were added, never on their order.
"""

import re
from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass, field

from grader.errors import Verdict
from grader.pages.rendering import visible
from grader.report import Report, Status, TaskReport, TestReport

MAX_NOTES = 5
MAX_STUDENTS = 20
MAX_CHARACTERS = 200  # of each text that is kept
SHOWN_SUBMISSIONS = 5  # per mistake
# A verdict is kept as its index here, in one byte.
VERDICTS: tuple[Verdict, ...] = (
    "passed",
    "wrong",
    "missing",
    "raised",
    "timed_out",
    "out_of_memory",
    "died",
    "needs_review",
    "judge_error",
)
_MISTAKEN = frozenset(VERDICTS) - {"passed", "needs_review", "judge_error"}
_NUMBER = re.compile(r"\d+(\.\d+)?(e[+-]?\d+)?")


@dataclass(frozen=True, slots=True)
class Column:
    """One hidden test, as a column."""

    task: str
    id: str
    about: str
    max_score: float


@dataclass(frozen=True, slots=True)
class TaskColumns:
    """One task and its tests."""

    id: str
    title: str
    max_score: float
    tests: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """What all reports of one version of an assignment have in common; kept once."""

    assignment: str
    version: str
    level: str
    tasks: tuple[TaskColumns, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One submission. verdicts, awaited, task_scores: in the order of the layout.

    awaited: for each test whether it is why the submission waits for staff: one case is enough,
    also in a test that is wrong by another.
    """

    id: str
    students: tuple[str, ...]
    status: Status
    score: float | None
    max_score: float
    pending: float
    task_scores: tuple[float, ...]
    verdicts: bytes
    awaited: bytes
    notes: tuple[str, ...]
    layout: Layout

    def by_test(self) -> dict[tuple[str, str], Verdict]:
        """Return the verdict of each (task, test)."""
        tests = ((test.task, test.id) for task in self.layout.tasks for test in task.tests)
        return {key: VERDICTS[verdict] for key, verdict in zip(tests, self.verdicts, strict=True)}

    def awaited_tests(self) -> list[tuple[str, str]]:
        """Return each (task, test) that is why it waits."""
        return [key for key, waits in zip(self.by_test(), self.awaited, strict=True) if waits]

    def by_task(self) -> dict[str, float]:
        """Return the points of each task."""
        tasks = (task.id for task in self.layout.tasks)
        return dict(zip(tasks, self.task_scores, strict=True))


@dataclass(frozen=True, slots=True, order=True)
class Refusal:
    """One submission without a report, and why."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """What several submissions have in common: one test, one verdict, alike words.

    test: empty if all tests of the task say the same. submissions: the first few ids.
    """

    task: str
    test: str
    verdict: Verdict
    text: str
    count: int
    submissions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recognised:
    """A known mistake of the assignment, and who made it. submissions: the first few ids."""

    task: str
    name: str
    misconception: str
    count: int
    submissions: tuple[str, ...]


@dataclass(slots=True)
class _Tally:
    text: str
    count: int = 0
    submissions: list[str] = field(default_factory=list)

    def add(self, submission: str, text: str) -> None:
        self.count += 1
        self.text = min(self.text, text)
        insort(self.submissions, submission)
        del self.submissions[SHOWN_SUBMISSIONS:]


@dataclass(frozen=True, slots=True, order=True)
class Kind:
    """One mistake, whoever makes it: a test, a verdict, and the words without their numbers.

    test: empty if all tests of the task say the same.
    """

    task: str
    test: str
    verdict: Verdict
    words: str


def kinds_of(report: Report) -> Iterator[tuple[Kind, str]]:
    """Yield each mistake in a report, either view of it, and its words as they stand there."""
    for task in report.tasks:
        for test, verdict, text in _mistakes(task):
            # One mistake, whatever the line or the size of the difference.
            yield Kind(task.id, test, verdict, _NUMBER.sub("0", visible(text))), text


class ClassSummary:
    """The reports of a class, added one by one, each forgotten but for its row.

    The words of a mistake are kept once for all who made it, cut like every other text.
    """

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._refusals: list[Refusal] = []
        self._layouts: dict[Layout, Layout] = {}
        self._tallies: dict[Kind, _Tally] = {}
        self._recognised: dict[tuple[str, str], _Tally] = {}

    def add(self, report: Report) -> Row:
        """Take in one report; return its row."""
        layout = _layout(report)
        row = Row(
            id=report.submission.id,
            students=_short(report.submission.students, MAX_STUDENTS),
            status=report.status,
            score=report.score,
            max_score=report.max_score,
            pending=report.pending,
            task_scores=tuple(task.score for task in report.tasks),
            verdicts=bytes(
                VERDICTS.index(test.verdict) for task in report.tasks for test in task.tests
            ),
            awaited=bytes(
                report.status in _verdicts(test) for task in report.tasks for test in task.tests
            ),
            notes=_short(report.submission.notes, MAX_NOTES),
            layout=self._layouts.setdefault(layout, layout),
        )
        self._rows.append(row)
        for kind, text in kinds_of(report):
            self._tallies.setdefault(kind, _Tally(text)).add(report.submission.id, text)
        for task in report.tasks:
            for name, misconception in _recognised(task).items():
                tally = self._recognised.setdefault((task.id, name), _Tally(misconception))
                tally.add(report.submission.id, misconception)
        return row

    def add_refused(self, id: str, reason: str) -> None:
        """Take in a submission that has no report: not taken in, or its grading failed."""
        self._refusals.append(Refusal(_cut(id), _cut(reason)))

    def rows(self) -> list[Row]:
        """Return the graded submissions, by id."""
        version = {layout: index for index, layout in enumerate(self.layouts())}
        # An id comes once, as a rule; the rest decides if it does not, so that order never does.
        return sorted(
            self._rows,
            key=lambda row: (
                *(row.id, version[row.layout], row.students, row.status, str(row.score)),
                *(row.pending, row.task_scores, row.verdicts, row.notes),
            ),
        )

    def refusals(self) -> list[Refusal]:
        """Return the submissions without a report, by id."""
        return sorted(self._refusals)

    def layouts(self) -> list[Layout]:
        """Return the versions of the assignment among the reports: one, as a rule."""
        return sorted(self._layouts, key=repr)

    def tasks(self) -> list[TaskColumns]:
        """Return the tasks and tests of all versions, in the order of the assignment."""
        tasks: dict[str, TaskColumns] = {}
        for task in (task for layout in self.layouts() for task in layout.tasks):
            known = tasks.setdefault(task.id, task)
            names = {test.id for test in known.tests}
            more = tuple(test for test in task.tests if test.id not in names)
            if more:
                tests = known.tests + more
                tasks[task.id] = TaskColumns(known.id, known.title, known.max_score, tests)
        return list(tasks.values())

    def mistakes(self, most: int) -> list[Mistake]:
        """Return the most frequent mistakes, most frequent first."""
        by_count = sorted(self._tallies.items(), key=lambda item: (-item[1].count, item[0]))
        return [
            Mistake(
                *(kind.task, kind.test, kind.verdict),
                *(tally.text, tally.count, tuple(tally.submissions)),
            )
            for kind, tally in by_count[:most]
        ]

    def recognised(self) -> list[Recognised]:
        """Return the known mistakes that were recognised, most frequent first."""
        by_count = sorted(self._recognised.items(), key=lambda item: (-item[1].count, item[0]))
        return [
            Recognised(task, name, tally.text, tally.count, tuple(tally.submissions))
            for (task, name), tally in by_count
        ]


def _verdicts(test: TestReport) -> set[str]:
    """Return what became of a test and, as far as staff's view has them, of its cases."""
    cases = test.staff.cases if test.staff is not None else ()
    return {test.verdict, *(one.verdict for one in cases)}


def _layout(report: Report) -> Layout:
    return Layout(
        assignment=report.assignment.id,
        version=report.assignment.version,
        level=report.environment.sandbox.level,
        tasks=tuple(
            TaskColumns(
                id=task.id,
                title=task.title,
                max_score=task.max_score,
                tests=tuple(
                    Column(task.id, test.id, test.about, test.max_score) for test in task.tests
                ),
            )
            for task in report.tasks
        ),
    )


def _mistakes(task: TaskReport) -> Iterator[tuple[str, Verdict, str]]:
    """Yield test, verdict and words of each mistake; one for all tests if all say the same.

    Without that, one task not handed in would fill the list of the most frequent mistakes.
    """
    found = [
        (test.id, test.verdict, _words(test)) for test in task.tests if test.verdict in _MISTAKEN
    ]
    said = {(verdict, text) for _, verdict, text in found}
    if len(said) == 1 and len(found) == len(task.tests) > 1:
        found = [("", verdict, text) for verdict, text in said]
    yield from found


def _recognised(task: TaskReport) -> dict[str, str]:
    """Return the known mistakes found in a task's answers: name -> what is believed."""
    notes = [test.staff for test in task.tests if test.staff is not None]
    cases = [case for note in notes for case in note.cases]
    return {_cut(case.mistake): _cut(case.misconception) for case in cases if case.mistake}


def _words(test: TestReport) -> str:
    """Return the first line of the hint, or else of the feedback."""
    return _cut((test.hint or test.feedback).partition("\n")[0])


def _short(texts: list[str], most: int) -> tuple[str, ...]:
    kept = tuple(_cut(text) for text in texts[:most])
    return (*kept, f"… and {len(texts) - most} more") if len(texts) > most else kept


def _cut(text: str) -> str:
    return text if len(text) <= MAX_CHARACTERS else f"{text[: MAX_CHARACTERS - 1]}…"

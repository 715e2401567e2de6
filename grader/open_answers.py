"""Text answers in reports that wait for a person, and what a decision makes of one.

Calculations alone: where reports and decisions lie, in folders or in rows, is others' concern.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from grader.errors import StudentError, TextAnswer
from grader.report import Report, StaffCase
from grader.scoring import rescored

SHOWN_TEXTS = 3


@dataclass(frozen=True)
class Group:
    """All open answers of one normal form in one cell.

    key: the file of the answer key, seen from the private folder. submissions: their ids.
    texts: as they were written, the most frequent first.
    """

    key: str
    row: str
    column: str
    normal_form: str
    submissions: tuple[str, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Decided:
    """What a person decided on an answer. error: None if it is right.

    keeps_answer: the case goes on saying what was decided on, so that the decision can be found.
    """

    error: StudentError | None
    keeps_answer: bool = False


def answers_in(report: Report) -> Iterator[TextAnswer]:
    """Yield the open answers of a report in staff's view."""
    for task in report.tasks:
        for test in task.tests:
            for case in test.staff.cases if test.staff is not None else ():
                if case.verdict == "needs_review" and case.review is not None:
                    yield case.review


def decided_in(report: Report) -> Iterator[tuple[str, str, TextAnswer]]:
    """Yield the answers of a report in staff's view that were open, and were decided on since.

    Before each its task, and how it was decided: right or wrong.
    """
    for task in report.tasks:
        for test in task.tests:
            for case in test.staff.cases if test.staff is not None else ():
                if case.verdict != "needs_review" and case.review is not None:
                    verdict = "right" if case.verdict == "passed" else "wrong"
                    yield task.id, verdict, case.review


def grouped(answers: Iterable[tuple[str, TextAnswer]]) -> list[Group]:
    """Return the answers, each with its submission's id, by what one decision holds for.

    The most frequent first; in the order of the first that says so, where they are as frequent.
    """
    together: dict[tuple[str, str, str, str], list[tuple[str, str]]] = {}
    for submission, own in answers:
        place = (own.key, own.row, own.column, own.normal_form)
        together.setdefault(place, []).append((submission, own.text))
    found = [_group(place, own) for place, own in together.items()]
    return sorted(found, key=lambda own: -len(own.submissions))


def with_decisions(
    report: Report,
    decide: Callable[[TextAnswer], Decided | None],
    points: Mapping[str, Fraction],
) -> Report:
    """Return the report with its open answers decided, and the sums that follow; itself if none is.

    decide: returns None for what stays open. points: see `scoring.rescored`.
    """

    def decided(case: StaffCase) -> StaffCase:
        if case.verdict != "needs_review" or case.review is None:
            return case
        found = decide(case.review)
        if found is None:
            return case
        update = {"verdict": "passed", "credit": "1", "feedback": "", "hint": "", "detail": ""}
        error = found.error
        if error is not None:
            update = {
                "verdict": error.verdict,
                "credit": str(error.credit),
                "feedback": error.feedback,
                "hint": error.hint,
                "detail": error.staff,
            }
        kept = case.review if found.keeps_answer else None
        return case.model_copy(update={**update, "review": kept})

    return rescored(report, decided, points)


def _group(place: tuple[str, str, str, str], answers: Sequence[tuple[str, str]]) -> Group:
    texts = [text for text, _ in Counter(text for _, text in answers).most_common(SHOWN_TEXTS)]
    submissions = dict.fromkeys(submission for submission, _ in answers)
    return Group(*place, tuple(submissions), tuple(texts))

"""The leak check: is anything private in what a student can see?

Searched is every byte: the report as a student gets it, as JSON, as a page and on the terminal, of
the stub, of all known mistakes and of nonsense; what `grader start` hands out; what the visible
examples say. Looked for are texts, numbers, comments and lines of the private files, numbers that
only staff's details hold, and a token, planted all over a copy of them.
"""

import html
import re
import secrets
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grader import examples, grade
from grader.assignment import Reference, public_files
from grader.errors import UsageError
from grader.grade import Grader
from grader.pages import report_page
from grader.report import Report, student_view, to_json
from grader.sandbox.backends import Choice
from grader.verify.canaries import (
    LEAST_DIGITS,
    Canary,
    lines_of_reference,
    of_reference,
    planted_copy,
    seen_in,
    telling_digits,
)
from grader.verify.checks import reports_of_wrong_answers
from grader.verify.finding import Finding, Watch, submission_of

MOST_TOLD = 10
# A number as staff read it, long enough not to be there by chance.
NUMBER = re.compile(r"\d+\.\d{4,}(?:e[-+]?\d+)?")


@dataclass(frozen=True)
class Seen:
    """Something that a student can see: what it is, and all of its text."""

    what: str
    text: str


def find_leaks(
    grader: Grader, reports: Iterable[Report], show: Callable[[Report], str], watch: Watch
) -> None:
    """Search what is handed out and these reports for anything of the private files.

    show: what the terminal shows of a student's view.
    """
    bundle = list(_handed_out(grader.reference))
    natural = of_reference(grader.reference, "\n".join(one.text for one in bundle))
    in_bundle = [
        f"{canary.place}: stands in {one.what}: {canary.text[:100]}"
        for one in bundle
        for canary in seen_in(lines_of_reference(grader.reference), one.text)
    ]
    in_reports = list(_told(natural, reports, show))
    watch.found(
        Finding(f"nothing private is in the {len(bundle)} files handed out", _few(in_bundle))
    )
    watch.found(
        Finding(
            "nothing private is in what students read",
            _few(in_reports),
            (f"{len(natural)} texts, numbers and lines were looked for",),
        )
    )


def find_planted(
    grader: Grader, show: Callable[[Report], str], jobs: int, sandbox: Choice, watch: Watch
) -> None:
    """Grade wrong answers with a token planted all over a copy, and search for it."""
    token = secrets.token_hex(8)
    with tempfile.TemporaryDirectory() as folder:
        course = planted_copy(grader.reference, Path(folder), token)
        with grade.opened(grader.assignment.id, course, sandbox) as copy:
            seen = [*_handed_out(copy.reference), _of_examples(copy)]
            reports = list(reports_of_wrong_answers(copy, jobs, watch))
            found = [
                f"a planted token is in {one.what}: …{_around(one.text, token)}…"
                for one in (*seen, *(own for report in reports for own in _seen(report, show)))
                if token in one.text
            ]
    check = "no planted token is in what students read"
    watch.found(Finding(check, _few(found), (f"{len(reports)} wrong answers were graded",)))


def _told(
    natural: list[Canary], reports: Iterable[Report], show: Callable[[Report], str]
) -> Iterator[str]:
    for report in reports:
        numbers = [Canary(one, "staff's details") for one in _numbers_for_staff(report)]
        for one in _seen(report, show):
            for canary in seen_in([*natural, *numbers], one.text):
                yield f"{canary.place}: stands in {one.what}: {canary.text[:100]}"


def _seen(report: Report, show: Callable[[Report], str]) -> Iterator[Seen]:
    """Yield every form in which a student can get a report."""
    # The name is ours, and may be that of a mistake; a student's would be the student's own.
    nameless = report.submission.model_copy(update={"id": "submission"})
    own = student_view(report.model_copy(update={"submission": nameless}))
    who = f"the report of {report.submission.id}"
    yield Seen(f"{who}, JSON", to_json(own, view="student"))
    yield Seen(f"{who}, page", html.unescape(report_page(own, class_page="")))
    yield Seen(f"{who}, terminal", show(own))


def _handed_out(reference: Reference) -> Iterator[Seen]:
    """Yield every file that `grader start` copies."""
    for path in public_files(reference.assignment):
        name = path.relative_to(reference.assignment.folder)
        yield Seen(str(name), path.read_bytes().decode("utf-8", "replace"))


def _of_examples(grader: Grader) -> Seen:
    """Return what `grader check` tells of the stub."""
    stub = submission_of(grader, grader.assignment.folder, name="stub")
    try:
        told = [repr(one) for one in examples.run(grader.assignment, stub)]
    except UsageError as error:
        told = [str(error)]
    return Seen("what the visible examples say", "\n".join(told))


def _numbers_for_staff(report: Report) -> set[str]:
    """Return the numbers in what only staff read of why a test failed."""
    return {
        number
        for task in report.tasks
        for test in task.tests
        if test.staff is not None
        for case in test.staff.cases
        for number in NUMBER.findall(case.detail)
        if telling_digits(number) >= LEAST_DIGITS  # others are found by chance, in charts above all
    }


def _around(text: str, token: str) -> str:
    place = text.index(token)
    return text[max(0, place - 60) : place + 30].replace("\n", " ")


def _few(problems: list[str]) -> tuple[str, ...]:
    different = list(dict.fromkeys(problems))
    more = len(different) - MOST_TOLD
    return (*different[:MOST_TOLD], *([f"… and {more} more"] if more > 0 else []))

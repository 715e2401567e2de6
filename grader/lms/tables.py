"""A class as a table, CSV or Excel: who, what score, which tests; and who handed nothing in."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grader.errors import Verdict
from grader.lms.graded import Graded, Settings, Written, final_score
from grader.lms.roster import Student
from grader.lms.words import clean
from grader.pages import csv_text

Cell = str | float | None

_HEAD = ("id", "name", "email", "login", "section")
_POINTS = ("submission", "status", "score", "max_score", "pending")
MOST_CHARACTERS = 32_767  # in a cell of Excel
MOST_WIDTH = 40


@dataclass(frozen=True)
class _Row:
    """One student's line; scores by task, verdicts by task and test, what staff read."""

    student: Student
    cells: tuple[Cell, ...]
    scores: dict[str, Cell]
    verdicts: dict[str, Verdict]
    mistakes: str = ""


@dataclass(frozen=True)
class Table:
    """Head and cells: text, numbers, None where there is nothing."""

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def csv_table(graded: Iterable[Graded], settings: Settings) -> Written:
    """Return the class as CSV in UTF-8."""
    table = class_table(graded, settings)
    return Written(csv_text(table.head, table.rows).encode("utf-8"))


def xlsx_table(graded: Iterable[Graded], settings: Settings) -> Written:
    """Return the class as a workbook of Excel; text stays text, never a formula or a link."""
    from xlsxwriter import Workbook  # takes an eighth of a second, which other formats need not pay

    table = class_table(graded, settings)
    file = io.BytesIO()
    book = Workbook(
        file,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"created": settings.now.replace(tzinfo=None)})
    sheet = book.add_worksheet("Scores")
    bold = book.add_format({"bold": True})
    for place, title in enumerate(table.head):
        sheet.write_string(0, place, clean(title), bold)
    for line, row in enumerate(table.rows, 1):
        for place, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(line, place, " ".join(clean(cell).split())[:MOST_CHARACTERS])
            elif cell is not None:
                sheet.write_number(line, place, cell)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(table.rows), 1), len(table.head) - 1)
    sheet.autofit(MOST_WIDTH * 7)
    book.close()
    return Written(file.getvalue())


def class_table(graded: Iterable[Graded], settings: Settings) -> Table:
    """Return a row per student, then those of the roster who handed nothing in.

    `score` is empty unless it is final: `status` says why. In staff's view the last column names
    the known mistakes.
    """
    is_for_staff = False
    rows: list[_Row] = []
    for one in graded:
        is_for_staff |= any(task.staff is not None for task in one.report.tasks)
        rows += _rows(one)
    there = {row.student.id for row in rows}
    for student in settings.roster.students if settings.roster is not None else ():
        if student.id not in there:
            status = "refused" if student.id in settings.refused else "no submission"
            rows.append(_Row(student, (None, status, None, None, None), {}, {}))
    tasks = tuple(dict.fromkeys(task for row in rows for task in row.scores))
    tests = tuple(dict.fromkeys(test for row in rows for test in row.verdicts))
    last = ("mistakes",) if is_for_staff else ()
    return Table(
        (*_HEAD, *_POINTS, *tasks, *tests, *last),
        tuple(
            (
                *_of_student(row.student),
                *row.cells,
                *(row.scores.get(task) for task in tasks),
                *(row.verdicts.get(test) for test in tests),
                *((row.mistakes,) if is_for_staff else ()),
            )
            for row in rows
        ),
    )


def _rows(one: Graded) -> Iterator[_Row]:
    report = one.report
    tests = [(task, test) for task in report.tasks for test in task.tests]
    is_ours = {task.id for task, test in tests if test.verdict == "judge_error"}
    cases = [case for _, test in tests if test.staff is not None for case in test.staff.cases]
    cells = (
        *(report.submission.id, report.status, final_score(report)),
        *(report.max_score, report.pending or None),
    )
    for student in (*one.students, *(Student(id=own) for own in one.unknown)):
        yield _Row(
            student,
            cells,
            {
                task.id: None if task.id in is_ours or task.pending else task.score
                for task in report.tasks
            },
            {f"{task.id}/{test.id}": test.verdict for task, test in tests},
            "; ".join(dict.fromkeys(case.mistake for case in cases if case.mistake)),
        )


def _of_student(student: Student) -> tuple[str, ...]:
    return (student.id, student.name, student.email, student.login, student.section)

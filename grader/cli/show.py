"""On the terminal: a report as a table, what was skipped, who handed nothing in."""

import io
from collections.abc import Sequence

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.errors import Verdict
from grader.lms.incoming import Incoming
from grader.lms.roster import Student
from grader.pages.rendering import points
from grader.report import Report, StaffNotes, TaskReport, TestReport

MAX_TEST_WIDTH = 24
STYLES: dict[Verdict, str] = {
    "passed": "green",
    "wrong": "red",
    "missing": "yellow",
    "raised": "red",
    "timed_out": "magenta",
    "out_of_memory": "magenta",
    "died": "magenta",
    "needs_review": "cyan",
    "judge_error": "bold white on red",
}


def show_report(console: Console, report: Report, *, for_staff: bool) -> None:
    """Print the report: a table per task, what failed first to read, the total last."""
    head = Text(plain(report.assignment.title), style="bold")
    head.append(f" (version {plain(report.assignment.version)})", style="not bold")
    console.print(head.append(f" · {plain(report.submission.id)}", style="not bold"))
    for note in report.submission.notes:
        console.print(Text(f"  note: {plain(note)}", style="yellow"))
    for task in report.tasks:
        console.print(_task_table(task, for_staff=for_staff))
        if for_staff and task.staff is not None and task.staff.output:
            console.print(Text(f"printed by {task.id}:", style="dim"))
            console.print(Text(plain(task.staff.output.rstrip("\n"))))
    console.print(_total(report))


def shown(report: Report) -> str:
    """Return what a terminal of 100 characters shows of a student's view."""
    text = io.StringIO()
    show_report(Console(file=text, width=100), report, for_staff=False)
    return text.getvalue()


def plain(text: str) -> str:
    """Return text without characters that would move the cursor or hide other text."""
    return "".join(char if char in "\n\t" or char.isprintable() else "�" for char in text)


def show_skipped(found: Incoming) -> None:
    """Say, on the standard error, what of an export is no submission, and why."""
    for sentence in found.skipped:
        click.echo(plain(f"skipped: {sentence}"), err=True)


def show_missing(missing: Sequence[Student], of_all: int, most: int) -> None:
    """Print how many students of a roster have no submission, and the first `most` of them."""
    click.echo(f"{len(missing)} of {of_all} students in the roster have no submission")
    for student in missing[:most]:
        click.echo(plain(f"  {student.id}  {student.name}".rstrip()))
    if len(missing) > most:
        click.echo(f"  … and {len(missing) - most} more")


def _task_table(task: TaskReport, *, for_staff: bool) -> Table:
    table = Table(
        title=Text(f"{plain(task.title)}   {points(task.score)} / {points(task.max_score)}"),
        title_justify="left",
        title_style="bold",
        expand=True,
    )
    table.add_column("test", max_width=MAX_TEST_WIDTH, overflow="fold")
    table.add_column("verdict", no_wrap=True)
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("what should hold, what was found, where to look", ratio=1)
    for test in task.tests:
        table.add_row(
            test.id.removeprefix("test_"),
            Text(test.verdict, style=STYLES[test.verdict]),
            f"{points(test.score)} / {points(test.max_score)}",
            _words(test, for_staff=for_staff),
        )
    return table


def _words(test: TestReport, *, for_staff: bool) -> Text:
    text = Text(plain(test.about))
    used = [case.tolerance_used for case in test.staff.cases] if test.staff is not None else []
    if for_staff and any(ratio is not None for ratio in used):
        largest = max(ratio for ratio in used if ratio is not None)
        text.append(f" (largest error/tolerance: {largest:g})", style="dim")
    if test.verdict == "passed":
        return text
    if test.cases > 1:
        text.append(f" ({test.cases_passed} of {test.cases} cases)", style="dim")
    if test.feedback:
        text.append(f"\n{plain(test.feedback)}")
    if test.hint:
        text.append(f"\nHint: {plain(test.hint)}", style="italic")
    if for_staff and test.staff is not None:
        for name, believed in _mistakes(test.staff):
            text.append(f"\nKnown mistake: {plain(name)} ({plain(believed)})", style="dim")
        for case in test.staff.cases:
            if case.verdict != "passed" and case.detail:
                case_id = f"[{plain(case.id)}] " if case.id else ""
                text.append(f"\n{case_id}{plain(case.detail)}", style="dim")
    return text


def _mistakes(notes: StaffNotes) -> list[tuple[str, str]]:
    """Return the known mistakes of a test's cases, each once, with what is believed."""
    found = [(case.mistake, case.misconception) for case in notes.cases if case.mistake]
    return list(dict.fromkeys(found))


def _total(report: Report) -> str:
    if report.score is None:
        return (
            "[bold white on red]No score: a fault of the grader itself.[/] "
            "The tests marked judge_error say which; staff must act."
        )
    total = f"[bold]Score: {points(report.score)} / {points(report.max_score)}[/bold]"
    if report.pending:
        more = points(report.pending)
        total += f" and up to {more} more once a person has read the open answers"
    return total

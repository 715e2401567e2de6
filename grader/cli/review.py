"""`grader review`: open text answers, each decided once."""

import getpass
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader import batch
from grader.cli.options import assignment_argument, course_option, reports_option
from grader.cli.progress import end_in_order
from grader.cli.show import plain
from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.open_answers import Group
    from grader.review import Review
    from grader.testing.answer_key import Decision

CHOICES = "[r]ight  [w]rong  [s]kip  [u]ndo the last  [q]uit: "
_WRONG = re.compile(r"w(?:rong)?\s*(\d*)")
MAX_NAME = 100


@click.command()
@assignment_argument
@reports_option
@course_option
@click.option("--by", default="", help="Who decides; stands in the key.  [default: your login]")
@click.option("--list", "only_list", is_flag=True, help="Print what is open, and decide nothing.")
def review(assignment: str, reports: Path, course: Path, by: str, only_list: bool) -> None:
    """Decide the text answers that the answer key does not know.

    Answers that say the same are shown once, the most frequent first: r is right, w is wrong
    (then the number of a misconception, or Enter for none), s leaves it open, u takes the last
    decision back, q ends. Each decision is written into the answer key at once; at the end, also
    after q or Ctrl-C, all of them are carried into the reports, and the pages are written anew.

    Exit code 0 if nothing is left open, 1 if something is.

    \b
    grader review building_blocks --reports results/
    grader review building_blocks --reports results/ --list
    """
    from grader import review as work  # brings torch

    out = batch.folder_of(reports)
    if only_list:
        open_groups = work.groups(work.begin(assignment, course, out))
        if not open_groups:
            click.echo("nothing is open")
            sys.exit(0)
        Console().print(_table(open_groups))
        sys.exit(1)
    by = _name(by)
    end_in_order()
    with batch.alone(out):
        batch.known_class(out)  # what the pages are made of is looked at before a person works
        begun = work.begin(assignment, course, out)
        _tell_outside(work.outside(begun))
        interrupted = False
        try:
            _decide_all(begun, work.groups(begun), by)
        except KeyboardInterrupt:
            click.echo()
            interrupted = True
        applied = work.apply(begun)
    click.echo(f"{applied.changed} reports changed, {applied.open} answers open")
    if interrupted:
        raise KeyboardInterrupt("what was decided is in the answer key and in the reports")
    sys.exit(1 if applied.open else 0)


def _decide_all(begun: "Review", groups: "list[Group]", by: str) -> None:
    """Ask about one group after the other until the last, q, or the end of the input."""
    from grader import review as work

    made: list[tuple[int, Decision]] = []
    index = 0
    while index < len(groups):
        group = groups[index]
        _show(begun, group, f"{index + 1} of {len(groups)}")
        answer = _asked(begun, group)
        if answer == "quit":
            return
        if answer == "undo":
            if not made:
                click.echo("nothing to undo")
                continue
            index, last = made.pop()
            work.withdraw(begun, groups[index], last)
            continue
        if answer != "skip":
            verdict, misconception = answer
            own = work.decision(group, verdict, misconception, by)
            stands = work.save(begun, group, own)
            if stands == own:
                made.append((index, own))
            else:
                click.echo(f"{plain(stands.by)} has decided this meanwhile: {stands.verdict}")
        index += 1


Answer = Literal["quit", "undo", "skip"] | tuple[Literal["right", "wrong"], str]


def _asked(begun: "Review", group: "Group") -> Answer:
    """Return what the person says, asking until it can be understood."""
    while True:
        line = _line(CHOICES)
        if line in (None, "q", "quit"):
            return "quit"
        if line in ("u", "undo"):
            return "undo"
        if line in ("s", "skip"):
            return "skip"
        if line in ("r", "right"):
            return "right", ""
        wrong = _WRONG.fullmatch(line or "")
        if wrong is None:
            click.echo("expected r, w, s, u or q")
            continue
        answer = _wrong(begun, group, wrong[1])
        if answer is not None:
            return answer


def _wrong(begun: "Review", group: "Group", number: str) -> Answer | None:
    """Return which misconception it is, asked for unless its number is there; None if unclear."""
    from grader import review as work

    key = begun.read()[group.key]
    names = work.misconceptions(group, key)
    if not number and names:
        for place, name in enumerate(names, 1):
            click.echo(f"  {place:>3}  {plain(name)}: {plain(key.hints[name])}")
        line = _line("number of the misconception, Enter for none: ")
        if line is None:
            return "quit"
        number = line
    if not number:
        return "wrong", ""
    if not number.isdecimal() or not 1 <= int(number[:9]) <= len(names):
        click.echo(f"expected a number from 1 to {len(names)}, or nothing")
        return None
    return "wrong", names[int(number[:9]) - 1]


def _line(prompt: str) -> str | None:
    """Return what is typed, None at the end of the input."""
    click.echo(prompt, nl=False)
    line = sys.stdin.readline()
    if not sys.stdin.isatty():
        click.echo(line.rstrip("\n"))
    return line.strip().lower() if line else None


def _show(begun: "Review", group: "Group", where: str) -> None:
    from grader import review as work

    key = begun.read()[group.key]
    near = work.suggestion(group, key)
    count = len(group.submissions)
    click.echo(f"\n{where}   {_cell(group)}   {count} submission{'s' if count > 1 else ''}")
    for text in group.texts:
        click.echo(f"  answer      {plain(text)}")
    click.echo(f"  model       {plain(key.cells[group.row, group.column].model)}")
    accepted = plain(near.accepted) or "none"
    rejected = f"{plain(near.rejected)} ({plain(near.misconception)})" if near.rejected else "none"
    click.echo(f"  suggestion  looks like, right: {accepted}; wrong: {rejected}. May well mislead.")


def _cell(group: "Group") -> str:
    return plain(f"{group.row}, {group.column}")


def _table(groups: "list[Group]") -> Table:
    table = Table(title="open answers", title_justify="left")
    table.add_column("submissions", justify="right")
    table.add_column("cell")
    table.add_column("answer", overflow="fold")
    for group in groups:
        count = str(len(group.submissions))
        table.add_row(count, Text(_cell(group)), Text(plain(group.texts[0])))
    return table


def _tell_outside(count: int) -> None:
    if count:
        click.echo(f"{count} open answers belong to cells that the key no longer has; grade anew")


def _name(by: str) -> str:
    """Return who decides; raises UsageError if nobody can be named."""
    try:
        name = by.strip() or getpass.getuser()
    except (KeyError, OSError):
        name = ""
    if not name or not name.isprintable() or len(name) > MAX_NAME:
        raise UsageError(
            f"--by: found {name!r}; expected a name of 1 to {MAX_NAME} characters that can be seen"
        )
    return name

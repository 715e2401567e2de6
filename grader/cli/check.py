"""`grader check`: the visible examples, at home."""

import sys
from collections import Counter
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from grader.assignment import EXAMPLES, MANIFEST, Assignment, load, load_folder
from grader.cli.options import assignment_argument, course_option
from grader.cli.show import plain
from grader.errors import AssignmentError
from grader.grade import take_in

MARKS = {"passed": ("✓", "green"), "failed": ("✗", "red"), "not written": ("·", "yellow")}


@click.command()
@assignment_argument
@click.argument("folder", type=click.Path(path_type=Path), default=Path())
@course_option
def check(assignment: str, folder: Path, course: Path) -> None:
    """Run the visible examples on your answers in FOLDER (or one file, or a notebook).

    This is what you can see; hidden tests count as well. Nothing is sent anywhere.
    [default FOLDER: the current one]
    """
    from grader import examples

    loaded = _assignment(assignment, folder, course)
    handed_in = take_in(loaded, folder)
    console = Console()
    for note in handed_in.notes:
        console.print(f"note: {plain(note)}", style="yellow", markup=False)
    found = examples.run(loaded, handed_in)
    if not found:
        raise AssignmentError(f"{loaded.folder / EXAMPLES}: holds no example")
    for example in found:
        mark, style = MARKS[example.outcome]
        line = Text(f"{mark} ", style=style).append(example.about or example.name, style="default")
        console.print(line)
        for message in example.message.splitlines()[:8]:
            console.print(Text(f"    {plain(message)}"))
    for task in loaded.tasks:
        if task.id not in handed_in.answers:
            console.print(Text(f"· {task.title}: no file {task.id}.py yet", style="yellow"))
    counts = Counter(example.outcome for example in found)
    console.print(", ".join(f"{count} {word}" for word, count in counts.items()))
    sys.exit(0 if set(counts) == {"passed"} else 1)


def _assignment(name: str, folder: Path, course: Path) -> Assignment:
    """Return the assignment of the course, or, away from it, the copy beside the answers."""
    beside = folder if folder.is_dir() else folder.parent
    is_away = not (course / "assignments" / name).is_dir() and (beside / MANIFEST).is_file()
    return load_folder(beside, name) if is_away else load(name, course)

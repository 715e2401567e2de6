"""A new assignment: two folders that hold together from the first minute, to be changed."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from grader.assignment import check_task_name, load, load_reference
from grader.errors import UsageError
from grader.report import write_atomically

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")

_TEMPLATES = Path(__file__).parent / "skeleton_files"
# Template -> where it goes; those with {task} once for each.
PUBLIC = {
    "assignment.toml": "assignment.toml",
    "README.md": "README.md",
    "test_examples.py": "test_examples.py",
    "task.py": "{task}.py",
}
PRIVATE = {
    "mistakes.toml": "mistakes.toml",
    "task.py": "{task}.py",
    "test_task.py": "test_{task}.py",
    "mistake.py": "mistakes/{task}_over_the_batch/{task}.py",
    "alternative.py": "alternatives/{task}_of_torch/{task}.py",
}


def write(assignment: str, course: Path, *, tasks: Sequence[str], title: str) -> list[Path]:
    """Write both folders of an assignment and return the files.

    Each task has a stub, a solution, hidden tests, a known mistake and an alternative, of a small
    function that works, so that `grader verify` holds from the start. Raises UsageError, with
    nothing written, if a name cannot be one or one of the folders is there.
    """
    if not _NAME.fullmatch(assignment):
        raise UsageError(
            f"{assignment!r}: not an assignment's name; expected letters, digits, _ and -"
        )
    if not title.strip() or not title.isprintable():
        raise UsageError(f"title {title!r}: expected one line of text")
    for task in tasks:
        check_task_name(task, f"task {task!r}")
    if len(set(tasks)) < len(tasks):
        raise UsageError(f"tasks {', '.join(tasks)}: named twice; expected different names")
    folders = {kind: course / kind / assignment for kind in ("assignments", "reference")}
    for folder in folders.values():
        if folder.exists():
            raise UsageError(f"{folder}: is there already; expected a new name")
    values = {"assignment": assignment, "title": title}
    files = [
        *_rendered("public", PUBLIC, folders["assignments"], tasks, values),
        *_rendered("private", PRIVATE, folders["reference"], tasks, values),
    ]
    for path, text in files:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"{path.parent}: cannot be made ({error.strerror})") from error
        write_atomically(path, text)
    load_reference(load(assignment, course))
    return [path for path, _ in files]


def _rendered(
    kind: str,
    places: dict[str, str],
    folder: Path,
    tasks: Sequence[str],
    values: dict[str, str],
) -> Iterator[tuple[Path, str]]:
    templates = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
    )
    templates.filters["quoted"] = lambda text: json.dumps(text, ensure_ascii=False)  # TOML's, too
    for name, place in places.items():
        template = templates.get_template(f"{kind}/{name}.jinja")
        for task in tasks if "{task}" in place else [""]:
            text = template.render(values, tasks=tasks, task=task)
            yield folder / place.format(task=task), text

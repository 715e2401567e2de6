"""Which file answers which task, by its name alone."""

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from grader.errors import SubmissionError
from grader.submission.names import code_name, key, shown

MAX_LISTED = 5
# Handed out with the stubs, or there for Python's and pytest's sake.
NO_ANSWERS = ("given.py", "test_examples.py", "__init__.py", "conftest.py")

_COPY_OF = re.compile(r"^copy of\s+")
_COPY = re.compile(r"([\s_-]*\(\d+\)|[\s_-]+(copy|kopie|copie|copia)([\s_-]*\d+)?|-\d+)$")
_GAPS = re.compile(r"[\s_-]+")


@dataclass(frozen=True)
class Answers:
    """The files as the cell gets them, which of them answers which task, and why."""

    files: Mapping[str, bytes]
    by_task: Mapping[str, str]
    notes: tuple[str, ...]


def choose(files: Mapping[str, bytes], tasks: Sequence[str], entry: str) -> Answers:
    """Return the files re-rooted to the folder of the answers, which bear their tasks' names.

    The exact name wins over one that is nearly so, then the file that lies less deep, then
    Python over a notebook. If no file is named after a task and there is one in all, it answers
    every task. Raises SubmissionError if two different files answer a task equally well.
    """
    code = sorted(path for path in files if code_name(path))
    own = [path for path in code if PurePosixPath(path).name not in NO_ANSWERS]
    notes: list[str] = []
    chosen = dict(_chosen(files, code, tasks, entry, notes))
    answering = set(chosen.values())
    if not chosen and len(own) == 1:
        chosen = dict.fromkeys(tasks, own[0])
        notes.append(f"took {shown(own[0])} for every task: no file is named after one")
    elif chosen:
        helpers = [path for path in own if path not in answering and _task_of(path, tasks) is None]
        if helpers:
            notes.append(f"kept {_listed(helpers)} beside the answers: no task has such a name")
    elif own:
        notes.append(f"found no answer: no task has the name of {_listed(own)}")
    else:
        notes.append("found no answer: there is no Python file and no notebook")
    moved, more = _moved(files, chosen)
    return Answers(
        files={moved[path]: files[path] for path in sorted(moved, key=lambda path: moved[path])},
        by_task={task: moved[path] for task, path in chosen.items()},
        notes=(*notes, *more),
    )


def _chosen(
    files: Mapping[str, bytes],
    code: list[str],
    tasks: Sequence[str],
    entry: str,
    notes: list[str],
) -> Iterator[tuple[str, str]]:
    for task in tasks:
        ranked = sorted((_rank(path, task), path) for path in code if _task_of(path, tasks) == task)
        if not ranked:
            continue
        (best, path), *others = ranked
        for rank, other in others:
            if rank == best and files[other] != files[path]:
                raise SubmissionError(
                    f"{entry}: {shown(path)} and {shown(other)} both answer {task}; "
                    f"expected one `{task}.py` or `{task}.ipynb`"
                )
            notes.append(f"took {shown(path)} for {task}, not {shown(other)}")
        yield task, path


def _rank(path: str, task: str) -> tuple[bool, int, bool]:
    own = PurePosixPath(path)
    is_exact = own.name in (f"{task}.py", f"{task}.ipynb")
    name = code_name(path)
    return not is_exact, len(own.parts), name is not None and name[1] == ".ipynb"


def _task_of(path: str, tasks: Sequence[str]) -> str | None:
    """Return the task after which a file is named; marks of a copy are taken off one by one."""
    name = code_name(path)
    stem = name[0].casefold().strip() if name else ""
    while stem:
        for plain in (stem, _GAPS.sub("_", stem)):
            if plain in tasks:
                return plain
        shorter = _COPY.sub("", _COPY_OF.sub("", stem))
        stem = shorter if shorter != stem else ""
    return None


def _moved(
    files: Mapping[str, bytes], chosen: Mapping[str, str]
) -> tuple[dict[str, str], list[str]]:
    """Return each file's path from the answers' folder on, and what was left out or renamed."""
    root = _common_folder(set(chosen.values()) or files.keys())
    moved = {
        path: str(PurePosixPath(path).relative_to(root))
        for path in files
        if PurePosixPath(path).is_relative_to(root)
    }
    notes = []
    outside = sorted(files.keys() - moved.keys())
    if outside:
        notes.append(f"left out {_listed(outside)}: outside {shown(str(root))}, where answers lie")
    for task, path in chosen.items():
        name = code_name(path)
        assert name is not None
        stem, ending = name
        own_name = (task if _task_of(path, list(chosen)) == task else stem) + ending
        target = str(PurePosixPath(moved[path]).with_name(own_name))
        if target != moved[path] and _is_free(target, path, moved):
            notes.append(f"took {shown(path)} as {shown(own_name)}")
            moved[path] = target
    return moved, notes


def _common_folder(paths: Collection[str]) -> PurePosixPath:
    folders = [str(PurePosixPath(path).parent) for path in paths]
    return PurePosixPath(posixpath.commonpath(folders) if folders else "")


def _is_free(target: str, path: str, moved: Mapping[str, str]) -> bool:
    """Return whether no other file or folder has that name."""
    others = [PurePosixPath(place) for other, place in moved.items() if other != path]
    taken = {key(str(place)) for other in others for place in (other, *other.parents)}
    return key(target) not in taken


def _listed(paths: Sequence[str]) -> str:
    rest = len(paths) - MAX_LISTED
    return ", ".join(map(shown, paths[:MAX_LISTED])) + (f" and {rest} more" if rest > 0 else "")

"""Which submissions have much in common: pairs for a person to look at, never a score.

Short answers to one task have few right forms, so alike is not copied; see `comparing` for what
is left out for that reason.
"""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import msgspec

from grader.assignment import Assignment
from grader.errors import JudgeError, UsageError
from grader.similarity.messages import Answer, Asked, Found, LeftOut, Pair, Task
from grader.submission import Submission

__all__ = ["LEAST", "LeftOut", "Pair", "Similar", "compare"]

# Measured on versions of one 25-line answer: renamed and reordered 1.00, edited 0.81, independent
# ones 0.09 to 0.20.
LEAST = 0.6
SECONDS = 1800.0
LIBRARY = "copydetect"


@dataclass(frozen=True)
class Similar:
    """What was found. pairs: by task, the most alike first. texts: by task and owner, as compared.

    answers: how many were compared or left out, by task.
    """

    pairs: tuple[Pair, ...]
    left_out: tuple[LeftOut, ...]
    texts: Mapping[str, Mapping[str, str]]
    answers: Mapping[str, int]


def compare(
    assignment: Assignment,
    submissions: Iterable[Submission],
    earlier: Iterable[Submission] = (),
    *,
    least: float = LEAST,
) -> Similar:
    """Return the pairs of answers to a task of which one has that share in common with the other.

    earlier: of other years, say: marked so, and a pair of two of them is not told. least: 0 to 1.

    Raises UsageError if the library is not installed or comparing takes too long, JudgeError if
    it fails.
    """
    if importlib.util.find_spec(LIBRARY) is None:
        raise UsageError(f"{LIBRARY} is not installed; it comes with: pip install grader[similar]")
    handed_in = [(one, False) for one in submissions] + [(one, True) for one in earlier]
    handed_out = [path.read_bytes() for path in sorted(assignment.folder.glob("*.py"))]
    tasks = [
        Task(task.id, handed_out, list(_answers(task.id, handed_in))) for task in assignment.tasks
    ]
    found = _compared(Asked(tasks, least))
    return Similar(
        tuple(found.pairs),
        tuple(found.left_out),
        found.texts,
        {task.id: len(task.answers) for task in tasks},
    )


def _answers(task: str, handed_in: Sequence[tuple[Submission, bool]]) -> Iterable[Answer]:
    for submission, is_earlier in handed_in:
        path = submission.answers.get(task)
        if path is not None:
            owner = f"{submission.id} (earlier)" if is_earlier else submission.id
            is_notebook = PurePosixPath(path).suffix.lower() == ".ipynb"
            yield Answer(owner, submission.files[path], is_notebook, is_earlier)


def _compared(asked: Asked) -> Found:
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "grader.similarity.comparing"],
            input=msgspec.msgpack.encode(asked),
            capture_output=True,
            timeout=SECONDS,
            # Which pieces are looked at follows from their hashes: the same in every run.
            env=os.environ | {"PYTHONHASHSEED": "0", "MPLBACKEND": "Agg"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UsageError(
            f"comparing takes more than {SECONDS / 60:.0f} minutes; expected fewer submissions"
        ) from None
    if done.returncode != 0:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise JudgeError(f"comparing submissions failed ({' '.join(last) or done.returncode})")
    return msgspec.msgpack.decode(done.stdout, type=Found)

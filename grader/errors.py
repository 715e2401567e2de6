"""Every exception of this package, and to whom each belongs.

GraderError
├── UsageError            the caller's: one sentence, exit code 2
│   ├── AssignmentError     a course author's file: which key, what stood there, what was expected
│   └── SubmissionError     a student's upload: too large, leaves its folder, not a notebook
├── StudentError          the student's answer: becomes a verdict, never leaves the judge
│   ├── WrongAnswer  MissingAnswer  AnswerRaised  TimedOut  OutOfMemory  CellDied
│   └── NeedsReview         text that a person must read
├── JudgeError            ours: a hidden test or the judge itself failed; no score is given
├── WireError             bytes are no frame, or a value cannot cross
│   └── WireClosed  WireLate   the other side is gone · the deadline has passed
└── SandboxError          a wall would not go up: nothing runs, exit code 3
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Literal

Verdict = Literal[
    "passed",
    "wrong",
    "missing",
    "raised",
    "timed_out",
    "out_of_memory",
    "died",
    "needs_review",
    "judge_error",
]


class GraderError(Exception):
    """The root: whatever this package raises on purpose."""


class UsageError(GraderError):
    """The caller asked for something that cannot be done; the message says what was expected."""


class AssignmentError(UsageError):
    """A file of an assignment is not as it must be."""


class SubmissionError(UsageError):
    """A submission cannot be taken in."""


class StudentError(GraderError):
    """An answer that did not pass.

    feedback: what the student reads; never hidden inputs or expected values.
    hint: where to look, also for the student.
    credit: the share of the case's points that is earned all the same, 0 to 1.
    staff: what only staff reads.
    """

    verdict: ClassVar[Verdict]

    def __init__(
        self,
        feedback: str,
        *,
        hint: str = "",
        credit: Fraction = Fraction(0),
        staff: str = "",
    ) -> None:
        super().__init__(feedback)
        self.feedback = feedback
        self.hint = hint
        self.credit = credit
        self.staff = staff


class WrongAnswer(StudentError):
    """The answer came, and it is not right."""

    verdict = "wrong"


class MissingAnswer(StudentError):
    """There is no file, no such name in it, or it is still the stub."""

    verdict = "missing"


class AnswerRaised(StudentError):
    """The student's code raised.

    type_names: the names of the exception's class and its bases, nearest first.
    """

    verdict = "raised"

    def __init__(self, feedback: str, *, type_names: tuple[str, ...], staff: str = "") -> None:
        super().__init__(feedback, staff=staff)
        self.type_names = type_names


class TimedOut(StudentError):
    """A call, or the whole task, used up its seconds."""

    verdict = "timed_out"


class OutOfMemory(StudentError):
    """The student's code asked for more memory than its limit."""

    verdict = "out_of_memory"


class CellDied(StudentError):
    """The cell ended, or sent bytes that are no reply."""

    verdict = "died"


@dataclass(frozen=True)
class TextAnswer:
    """What a person must know to decide on a text answer; for staff alone.

    key: the file of the answer key, seen from the assignment's private folder. row, column: the
    cell of that key. place: what feedback calls the cell. text: as it was written, cut, with
    codes for what is not seen. normal_form: what a decision holds for.
    """

    key: str
    row: str
    column: str
    place: str
    text: str
    normal_form: str


class NeedsReview(StudentError):
    """A person decides; until then nothing is added and nothing is taken.

    answer: what `grader review` asks that person; None if it cannot.
    """

    verdict = "needs_review"

    def __init__(
        self,
        feedback: str,
        *,
        hint: str = "",
        credit: Fraction = Fraction(0),
        staff: str = "",
        answer: TextAnswer | None = None,
    ) -> None:
        super().__init__(feedback, hint=hint, credit=credit, staff=staff)
        self.answer = answer


class JudgeError(GraderError):
    """The judge's own fault; staff are told and the submission waits."""


class WireError(GraderError):
    """Bytes are no frame, or a value cannot cross."""


class WireClosed(WireError):
    """The other side of the wire is gone."""


class WireLate(WireError):
    """The deadline passed before the frame was through."""


class SandboxError(GraderError):
    """A wall would not go up, or the zygote is gone; nothing runs."""

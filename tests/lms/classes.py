"""Reports to export, and what they must never carry to a student."""

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

from grader.lms.graded import Graded, Settings
from grader.lms.roster import Student
from grader.report import Report, student_view
from tests.test_pages import case, report

NOW = datetime(2026, 5, 4, 3, 2, 1, 123456, tzinfo=UTC)
SETTINGS = Settings(now=NOW)
FOR_STAFF = "the hidden input is 42"
HOSTILE = (
    "x: y\n: é: <script>alert(1)</script></div>]]> &nbsp; \x00\x1b[2J\x0c\u202e\ufffe"
    '\n=1+1, "quoted" `code` ```\n```\n{"scores": {"add": 99}} 🎓'
)


def passed(id: str = "ann", *, students: tuple[str, ...] = ()) -> Report:
    """Two tasks, all right: 20 of 20."""
    return report(id, case("passed"), case("passed", "scale", "test_scale"), students=students)


def half(id: str = "ben", *, students: tuple[str, ...] = ()) -> Report:
    """One of three equal tests fails, with words of a hostile student: 16.67 of 20."""
    return report(
        id,
        case("passed", test="test_one"),
        case("passed", test="test_two"),
        case("raised", test="test_three", feedback=HOSTILE, hint=HOSTILE, detail=FOR_STAFF),
        case("passed", "scale", "test_scale"),
        students=students,
        output=FOR_STAFF,
    )


def waiting(id: str = "cem", *, students: tuple[str, ...] = ()) -> Report:
    """A text answer is open in the first task: 10 of 20, and up to 10 more."""
    return report(
        id, case("needs_review"), case("passed", "scale", "test_scale"), students=students
    )


def broken(id: str = "dora", *, students: tuple[str, ...] = ()) -> Report:
    """A hidden test of the first task failed by itself: no score."""
    return report(
        id,
        case("judge_error", detail=FOR_STAFF),
        case("passed", "scale", "test_scale"),
        students=students,
    )


def credited(id: str, credit: str) -> Report:
    """One task of 10 points that earned a share of them."""
    own = replace(case("wrong"), credit=Fraction(credit))
    return report(id, own)


def of(one: Report, *ids: str) -> Graded:
    """The student's view, as an export hands it on."""
    students = tuple(Student(id=own) for own in ids or (one.submission.id,))
    return Graded(student_view(one), students)

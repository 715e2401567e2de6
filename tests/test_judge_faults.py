"""A fault of ours is never a student's zero: hidden tests that print, raise, hang or die."""

import json
from pathlib import Path

import pytest

from grader import grade
from grader.errors import AssignmentError
from grader.judge.session import Patience
from grader.report import Report, to_json
from tests.conftest import ADD, SCALE, CourseFolder, by_test, make_course, submission_of

FAULTY = '''\
import os, sys, time, pytest

@pytest.mark.weight(1)
def test_before(both):
    """Before the fault."""
    got, want = both.add(1, 2)
    assert got == want

@pytest.mark.weight(1)
def test_faulty(both, tmp_path):
    """The fault."""
    {body}

@pytest.mark.weight(1)
def test_after(both):
    """After the fault."""
    got, want = both.add(1, 2)
    assert got == want
'''


def graded(course: CourseFolder, body: str, add: str = ADD) -> Report:
    (course.private / "test_add.py").write_text(FAULTY.format(body=body))
    with grade.opened("sums", course.path) as grader:
        grader.session.patience = Patience(cpu_seconds=0.5, wall_seconds=1.0)
        return grade.grade(grader, submission_of({"add.py": add, "scale.py": SCALE}))


FAULTS = {
    "raises": "raise RuntimeError('a bug in the hidden test')",
    "looks_up": "{}['no such key']",
    "skips": "pytest.skip('not today')",
    "exits": "sys.exit(0)",
    "exits_at_once": "os._exit(0)",
    "kills_itself": "os.kill(os.getpid(), 9)",
    "aborts": "os.abort()",
    "hangs": "while True: pass",
    "sleeps": "time.sleep(1000)",
    "asks_for_what_is_not_there": "both.no_such_function(1)",
    "sends_what_cannot_cross": "both.add(object(), 1)",
}


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """One submission under hidden tests of which every second fails by itself."""
    course = make_course(tmp_path_factory.mktemp("faulty") / "course")
    one = FAULTY.split("\n@", 1)
    tests = [
        f"\n@{one[1].format(body=body)}".replace("def test_", f"def test_{name}_")
        for name, body in FAULTS.items()
    ]
    (course.private / "test_add.py").write_text(one[0] + "".join(tests))
    with grade.opened("sums", course.path) as grader:
        grader.session.patience = Patience(cpu_seconds=0.5, wall_seconds=1.0)
        return grade.grade(grader, submission_of({"add.py": ADD, "scale.py": SCALE}))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_hidden_test_that_fails_by_itself_is_a_judge_error(faulty: Report, fault: str) -> None:
    """What comes before and after it is judged all the same."""
    tests = by_test(faulty)

    assert tests[f"test_{fault}_faulty"].verdict == "judge_error"
    assert tests[f"test_{fault}_before"].verdict == "passed"
    assert tests[f"test_{fault}_after"].verdict == "passed"


def test_with_a_fault_of_ours_there_is_no_score(faulty: Report) -> None:
    assert faulty.status == "judge_error"
    assert faulty.score is None
    assert by_test(faulty)["test_scale"].verdict == "passed"


def test_a_hidden_test_that_prints_disturbs_nothing(course: CourseFolder) -> None:
    report = graded(course, "print('x' * 10**6); os.write(1, b'{'); os.write(2, b'}')")

    assert report.score == 10.0
    assert json.loads(to_json(report))["status"] == "graded"


def test_a_fault_hurts_no_other_submission(course: CourseFolder) -> None:
    (course.private / "test_add.py").write_text(
        FAULTY.format(body="assert os.kill(os.getpid(), 9) if both.add(1, 1)[0] == 3 else True")
    )
    wrong = ADD.replace("a + b", "a + b + (a == b)")
    with grade.opened("sums", course.path) as grader:
        faulty = grade.grade(grader, submission_of({"add.py": wrong, "scale.py": SCALE}))
        fine = grade.grade(grader, submission_of({"add.py": ADD, "scale.py": SCALE}))

    assert faulty.status == "judge_error"
    assert fine.score == 10.0


def test_a_plain_assert_is_wrong_and_tells_the_student_nothing(course: CourseFolder) -> None:
    report = graded(course, "assert both.add(2, 2)[0] == 5, 'the secret is five'")

    test = by_test(report)["test_faulty"]
    assert test.verdict == "wrong"
    assert "secret" not in to_json(report, view="student")
    assert test.staff is not None
    assert "secret" in test.staff.cases[0].detail


def refused(course: CourseFolder) -> str:
    with pytest.raises(AssignmentError) as caught, grade.opened("sums", course.path):
        pass
    return str(caught.value)


@pytest.mark.parametrize(
    "tests, words",
    [
        ("def test_x(both):\n    'Holds.'\n", "weight"),
        ("import pytest\n@pytest.mark.weight(1)\ndef test_x(both): pass\n", "docstring"),
        ("import pytest\n@pytest.mark.weight(-1)\ndef test_x(both):\n    'Holds.'\n", "positive"),
        ("import no_such_module\n", "no_such_module"),
        ("def test_x(:\n", "SyntaxError"),
        ("x = 1\n", "holds no test"),
    ],
)
def test_hidden_tests_that_cannot_be_used_are_named(
    course: CourseFolder, tests: str, words: str
) -> None:
    (course.private / "test_add.py").write_text(tests)

    message = refused(course)
    assert words in message
    assert "test_add.py" in message


def test_a_solution_that_does_not_load_is_named(course: CourseFolder) -> None:
    (course.private / "scale.py").write_text("1 / 0")

    assert "scale.py: ZeroDivisionError" in refused(course)


def test_seeds_depend_on_the_secret_and_on_nothing_of_the_submission(tmp_path: Path) -> None:
    """The same score for the same code; other numbers in another course."""
    prints = []
    for number, secret in enumerate(["one", "one", "two"]):
        course = make_course(tmp_path / str(number))
        (course.path / "reference" / "secret.txt").write_text(secret)
        with grade.opened("sums", course.path) as grader:
            report = grade.grade(
                grader,
                submission_of({"scale.py": SCALE.replace("return x *", "print(x); return x *")}),
            )
        staff = report.tasks[1].staff
        assert staff is not None
        prints.append(staff.output)

    assert prints[0] == prints[1] != prints[2]

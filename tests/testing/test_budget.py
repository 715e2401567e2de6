"""What statistical calls may spend: counted on the solution, below a millionth together."""

from pathlib import Path

import pytest

from grader import grade
from grader.errors import AssignmentError, JudgeError
from grader.judge.conditions import Conditions
from grader.testing import budget
from tests.conftest import ADD, SCALE, CourseFolder, by_test, make_course, submission_of

# Draws that no normal law gives: every test below fails, and tells staff what it may spend.
DRAWN = '''

@pytest.mark.weight(1)
@pytest.mark.parametrize("shape", [[40], [50], [60]])
def test_drawn(student, shape):
    """A sample is drawn from the law."""
    sample = student.scale(torch.arange(float(shape[0])), 1.0)
    assert_drawn_from(sample, Normal(1.0){options})
'''


def course_with(folder: Path, *options: str) -> CourseFolder:
    """Return a course with a test of three statistical calls for each of the options."""
    course = make_course(folder / "course")
    tests = course.private / "test_scale.py"
    text = tests.read_text() + "from grader.testing import Normal, assert_drawn_from\n"
    for number, own in enumerate(options):
        text += DRAWN.format(options=own).replace("test_drawn", f"test_drawn{number}")
    tests.write_text(text)
    return course


def told(course: CourseFolder, conditions: Conditions) -> list[str]:
    """Return what staff read of each case of the statistical tests."""
    with grade.opened("sums", course.path) as grader:
        handed_in = submission_of({"add.py": ADD, "scale.py": SCALE})
        report = grade.grade(grader, handed_in, conditions=conditions)
    tests = [test for name, test in by_test(report).items() if name.startswith("test_drawn")]
    return [case.detail for test in tests for case in test.staff.cases] if tests else []


@pytest.mark.parametrize("variation", [0, 1])
def test_calls_without_a_rate_share_what_is_left(tmp_path: Path, variation: int) -> None:
    course = course_with(tmp_path, "", ", false_fail=1e-7")

    details = told(course, Conditions(variation=variation))

    assert [detail.rsplit(" ", 1)[1] for detail in details] == ["2.3e-07"] * 3 + ["1e-07"] * 3


def test_rates_that_are_too_large_together_are_an_authors_mistake(tmp_path: Path) -> None:
    course = course_with(tmp_path, ", false_fail=4e-7")

    with pytest.raises(AssignmentError) as caught, grade.opened("sums", course.path):
        pass

    assert "false_fail adds up to 1.2e-06 in scale::test_drawn0[shape0] (4e-07)" in str(
        caught.value
    )
    assert "expected at most 1e-06" in str(caught.value)


def test_without_a_run_on_the_solution_each_call_has_a_thousandth(tmp_path: Path) -> None:
    """A hidden test that exits makes that run impossible; the others are judged all the same."""
    course = course_with(tmp_path, "")
    tests = course.private / "test_add.py"
    exits = '    """Adding zero changes nothing."""\n    import os\n    os._exit(5)'
    tests.write_text(tests.read_text().replace('    """Adding zero changes nothing."""', exits))

    details = told(course, Conditions(tasks=frozenset(["scale"])))

    assert [detail.rsplit(" ", 1)[1] for detail in details] == ["1e-09"] * 3


# ---- the arithmetic ------------------------------------------------------------------------------


def test_shares_and_given_rates_are_the_total() -> None:
    found = budget.solved({"a": [None, 2e-7], "b": [None, None], "c": []})

    assert 3 * found.share + 2e-7 == pytest.approx(budget.TOTAL)
    assert found.counted == {"a": 1, "b": 2, "c": 0}


@pytest.mark.parametrize("rates", [[1e-6], [2.5e-7] * 4])
def test_rates_may_be_the_whole_total(rates: list[float | None]) -> None:
    assert budget.solved({"a": rates}).share == budget.UNCOUNTED


def test_nothing_left_for_the_others_is_refused() -> None:
    with pytest.raises(AssignmentError, match="leaves nothing for 2 other calls"):
        budget.solved({"a": [1e-6], "b": [None, None]})


def test_a_case_that_asks_more_often_than_on_the_solution_gets_little() -> None:
    """So a loop over what a student returns cannot spend the budget many times."""
    calls = budget.begin(budget.Budget(1e-7, {"a": 2}), "a")

    assert [budget.share(given) for given in (None, 3e-8, None, None)] == [
        *(1e-7, 3e-8, 1e-7),
        budget.UNCOUNTED,
    ]
    assert calls.rates == [None, 3e-8, None, None]


def test_each_case_begins_anew() -> None:
    for _ in range(3):
        budget.begin(budget.Budget(1e-7, {"a": 1}), "a")

        assert budget.share() == 1e-7


@pytest.mark.parametrize("rate", [0.0, 1.0, -1e-9, 2.0, float("nan")])
def test_a_rate_is_a_probability(rate: float) -> None:
    with pytest.raises(JudgeError, match="expected a probability"):
        budget.share(rate)

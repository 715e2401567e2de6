"""What students see of hidden tests: nothing before its time, and no total that is not true."""

import json
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from grader import grade
from grader.errors import UsageError
from grader.grade import Grader
from grader.report import Report, student_view, to_json
from grader.service.policies import Extension, Policy, described, policy_for
from grader.service.visibility import name_of, rules_of_tests, seen
from tests.conftest import SCALE, submission_of

DUE = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
WRONG = "def add(a, b): return 0"
RULES = ["always", "after_due", "after_published", "never"]


@pytest.fixture(scope="module")
def report(warm: Grader) -> Report:
    """Everything is right but the tests of `add`; as a student reads it."""
    files = {"add.py": WRONG, "scale.py": SCALE}
    return student_view(grade.grade(warm, submission_of(files)))


@pytest.mark.parametrize(
    "rule, before, after_due, published",
    [
        ("always", 0, 0, 0),
        ("after_due", 4, 0, 4),
        ("after_published", 4, 4, 0),
        ("never", 4, 4, 4),
    ],
)
def test_each_rule_has_its_time(
    report: Report, rule: str, before: int, after_due: int, published: int
) -> None:
    """After due: after the last moment at which anything is taken, late days and all."""
    policy = Policy.model_validate({"due": DUE, "late_days": 2, "visibility": rule})
    at_once = policy.model_copy(update={"published": DUE - 10 * DAY})

    assert seen(report, policy, DUE - DAY).count == before
    assert seen(report, policy, DUE + 2 * DAY).count == before
    assert seen(report, policy, DUE + 2 * DAY + timedelta(seconds=1)).count == after_due
    assert seen(report, at_once, DUE - DAY).count == published


def test_nothing_of_a_hidden_test_is_left(report: Report) -> None:
    policy = Policy.model_validate({"visibility_of": {"add/test_sums": "never"}})

    found = seen(report, policy, DUE)

    text = to_json(found.report, view="student")
    assert "test_sums" in to_json(report)
    for secret in ("test_sums", "The sum of two numbers", "put them together"):
        assert secret in to_json(report)
        assert secret not in text
    assert found.hidden == {"add": 1}
    assert found.when == ("1 hidden test, not shown to students.",)
    assert report.tasks[0].tests[0].id == "test_sums"  # the stored one stays whole


def test_a_total_that_holds_hidden_tests_is_not_told(report: Report) -> None:
    """Nor is a full score made of the tests that happen to be shown."""
    policy = Policy.model_validate(
        {"visibility_of": {"add/test_sums": "never", "add/test_zero": "never"}}
    )

    found = seen(report, policy, DUE)

    assert report.score == 6
    assert (found.report.score, found.report.max_score) == (None, 10)
    assert (found.earned, found.most) == (6, 6)
    assert [(task.score, task.max_score) for task in found.report.tasks] == [(0, 0), (6, 6)]


def test_with_nothing_hidden_the_report_is_as_it_was(report: Report) -> None:
    for policy in (
        Policy(),
        Policy(visibility_of={"add/another": "never"}),
        Policy(visibility="never", visibility_of=dict.fromkeys(_names(report), "always")),
    ):
        found = seen(report, policy, DUE)
        assert (found.report, found.count, found.when) == (report, 0, ())


@given(
    st.sampled_from(RULES),
    st.dictionaries(st.sampled_from(["add/test_sums", "add/test_zero"]), st.sampled_from(RULES)),
    st.one_of(st.none(), st.integers(-5, 5)),
    st.integers(-5, 5),
)
def test_what_is_shown_is_true_and_what_is_not_is_counted(
    report: Report, rule: str, single: dict[str, str], published: int | None, at: int
) -> None:
    policy = Policy.model_validate(
        {
            "due": DUE,
            "visibility": rule,
            "visibility_of": single,
            "published": None if published is None else DUE + published * DAY,
        }
    )

    found = seen(report, policy, DUE + at * DAY)

    whole, shown = _tests(report), _tests(found.report)
    assert all(whole[name] == test for name, test in shown.items())
    assert found.count == len(whole) - len(shown)
    assert (found.report.score is None) == (found.count > 0)
    earned = sum((Fraction(str(test["score"])) for test in shown.values()), Fraction(0))
    assert found.earned == float(earned)


def test_an_extension_keeps_hidden_tests_hidden_for_who_has_it(report: Report) -> None:
    policy = Policy(due=DUE, visibility="after_due")
    own = policy_for(policy, Extension(due=DUE + 5 * DAY))

    assert seen(report, policy, DUE + DAY).count == 0
    assert seen(report, own, DUE + DAY).count == 4


def test_a_rule_after_due_needs_a_due() -> None:
    with pytest.raises(ValidationError, match="there is no due; expected one"):
        Policy(visibility="after_due")


def test_rules_of_single_tests_are_written_one_a_line() -> None:
    assert rules_of_tests("add/test_sums never\n\n scale/test_names  after_due \n") == {
        "add/test_sums": "never",
        "scale/test_names": "after_due",
    }
    for line in ("test_sums never", "add/test_sums", "add/test_sums sometimes"):
        with pytest.raises(UsageError, match="is no rule of a test; expected a line such as"):
            rules_of_tests(line)


def test_students_read_when_tests_are_shown() -> None:
    policy = Policy(due=DUE, late_days=1, visibility="after_due")

    assert "Hidden tests are shown after 2026-03-02 12:00 UTC." in described(policy)


def _names(report: Report) -> list[str]:
    return [name_of(task.id, test.id) for task in report.tasks for test in task.tests]


def _tests(report: Report) -> dict[str, dict[str, object]]:
    data = json.loads(to_json(report))
    return {
        name_of(task["id"], test["id"]): test for task in data["tasks"] for test in task["tests"]
    }

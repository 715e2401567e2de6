"""Wrong answers of known mistakes: who reads which hint, and who had better read none."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from grader import grade, wire
from grader.grade import Grader
from grader.judge.conditions import USUAL, Conditions
from grader.judge.likeness import NOTHING, is_telling, leaves, same
from grader.judge.record import Record
from grader.pages import ClassSummary, class_page, report_page
from grader.report import Report, student_view, to_json
from tests.conftest import ADD, SCALE, CourseFolder, by_test, make_course, submission_of

TIMES = "    return x * factor\n"
MISTAKES = {
    "adds": ("scale", SCALE.replace("x * factor", "x + factor"), ["test_scale"]),
    "noisy": (
        "scale",
        SCALE.replace("x * factor", "x * factor + torch.rand(x.shape)"),
        ["test_scale"],
    ),
    "transposes": ("scale", SCALE.replace("x * factor", "(x * factor).T"), ["test_scale"]),
    "says_shrinking": ("scale", SCALE.replace('"scaling"', '"shrinking"'), ["test_names"]),
    "multiplies": ("add", ADD.replace("a + b", "a * b"), ["test_sums", "test_zero"]),
    "subtracts": ("add", ADD.replace("a + b", "a - b"), ["test_sums"]),
    # The same answers and other hints; and one that fails a test more, whatever it answers there.
    "halves": ("scale", SCALE.replace("x * factor", "x / factor"), ["test_scale"]),
    "divides": ("scale", SCALE.replace("x * factor", "x / factor"), ["test_scale"]),
    "squares": ("scale", SCALE.replace("x * factor", "x * factor**2"), ["test_scale"]),
    "squares_all": (
        "scale",
        SCALE.replace("x * factor", "x * factor**2").replace('"scaling"', '"squaring"'),
        ["test_scale", "test_names"],
    ),
}


def add_mistakes(course: CourseFolder, mistakes: Mapping[str, tuple[str, str, list[str]]]) -> None:
    tables = []
    for name, (task, source, caught_by) in mistakes.items():
        folder = course.private / "mistakes" / name
        folder.mkdir(parents=True)
        (folder / f"{task}.py").write_text(source)
        tables.append(
            f'[{name}]\nmisconception = "{name} is <right>"\nhint = "This {name}."\n'
            f"points = {{ {task} = 0 }}\ncaught_by = {json.dumps(caught_by)}\n"
        )
    (course.private / "mistakes.toml").write_text("\n".join(tables))


@pytest.fixture(scope="module")
def knowing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grader]:
    course = make_course(tmp_path_factory.mktemp("knowing") / "course")
    add_mistakes(course, MISTAKES)
    with grade.opened("sums", course.path) as grader:
        yield grader


Graded = Callable[..., Report]


@pytest.fixture
def told(knowing: Grader) -> Graded:
    """Grade files given by name by a grader that knows mistakes."""

    def run(conditions: Conditions = USUAL, **files: str) -> Report:
        handed_in = {f"{name}.py": text for name, text in files.items()}
        return grade.grade(knowing, submission_of(handed_in), conditions=conditions)

    return run


def hint(report: Report, test: str) -> str:
    return by_test(report)[test].hint


def names(report: Report, test: str) -> list[str]:
    staff = by_test(report)[test].staff
    assert staff is not None
    return [case.mistake for case in staff.cases]


def scale(returned: str) -> str:
    """Return a student's own way of writing the task, with this result."""
    return (
        'NAMES = {"what": "scaling"}\nimport torch\n'
        f"def scale(x, factor):\n    return {returned}\n"
    )


# ---- who reads it ------------------------------------------------------------------------------


def test_whoever_makes_a_known_mistake_reads_its_hint(told: Graded) -> None:
    """Written in another way; staff read which it is."""
    report = told(add=ADD, scale=scale("torch.add(x, factor)"))

    assert hint(report, "test_scale") == "This adds."
    assert names(report, "test_scale") == ["adds"]
    assert report.score == 6.0


def test_another_mistake_leaves_the_test_s_own_hint(told: Graded) -> None:
    report = told(add=ADD, scale=scale("x * factor + 1"))

    assert hint(report, "test_scale") == "multiply"
    assert names(report, "test_scale") == [""]


def test_a_hint_that_several_cases_have_in_common_is_read_once(told: Graded) -> None:
    report = told(add="def add(x, y):\n    return y * x", scale=SCALE)

    assert hint(report, "test_sums") == "This multiplies."
    assert hint(report, "test_zero") == "This multiplies."
    assert names(report, "test_sums") == ["multiplies"] * 3


def test_a_mistake_that_is_not_listed_is_not_told(told: Graded) -> None:
    unlisted = Conditions(unlisted=frozenset(["adds"]))
    report = told(unlisted, add=ADD, scale=scale("x + factor"))

    assert hint(report, "test_scale") == "multiply"


def test_random_numbers_are_the_same_for_student_and_mistake(told: Graded) -> None:
    """Both sides are seeded alike before every call."""
    report = told(add=ADD, scale=scale("torch.rand(x.shape) + x * factor"))

    assert names(report, "test_scale") == ["noisy"]


def test_a_wrong_shape_is_compared_as_well(told: Graded) -> None:
    report = told(add=ADD, scale=scale("x.T * factor"))

    assert hint(report, "test_scale") == "This transposes."


def test_each_task_has_its_own(told: Graded) -> None:
    report = told(add="def add(a, b):\n    return a * b", scale=scale("x + factor"))

    assert hint(report, "test_sums") == "This multiplies."
    assert hint(report, "test_scale") == "This adds."


# ---- who had better read none ------------------------------------------------------------------


def test_a_count_alone_is_no_evidence_where_the_student_passes_a_test_of_the_mistake(
    told: Graded,
) -> None:
    """1 · 2, 3 · 4 and 50 · 60, but 7 + 0: they do not take sums for products."""
    report = told(add="def add(a, b):\n    return a * b if b else a", scale=SCALE)

    assert hint(report, "test_sums") == "put them together"
    assert hint(report, "test_zero") == ""


def test_a_case_that_passes_speaks_against_a_mistake(told: Graded) -> None:
    """1 - 2 and 3 - 4, but 50 + 60: a test of several cases is not wrong in all."""
    report = told(add="def add(a, b):\n    return a - b if a < 5 else a + b", scale=SCALE)

    assert by_test(report)["test_sums"].cases_passed == 1
    assert hint(report, "test_sums") == "put them together"


def test_a_wrong_case_that_is_wrong_in_another_way_speaks_against_a_count(told: Graded) -> None:
    report = told(add="def add(a, b):\n    return a - b if a < 5 else 0", scale=SCALE)

    assert hint(report, "test_sums") == "put them together"


def test_of_two_mistakes_with_the_same_answers_and_other_hints_none_is_told(told: Graded) -> None:
    report = told(add=ADD, scale=scale("x / factor"))

    assert hint(report, "test_scale") == "multiply"
    assert names(report, "test_scale") == [""]


def test_of_two_the_one_that_explains_more_is_told(told: Graded) -> None:
    """The name is wrong as well; its text is no evidence, but that it passes would be."""
    right_name = told(add=ADD, scale=scale("x * factor**2"))
    wrong_name = told(add=ADD, scale=scale("x * factor**2").replace("scaling", "squaring"))

    assert names(right_name, "test_scale") == ["squares"]
    assert names(wrong_name, "test_scale") == ["squares"], "the more specific of two that are level"


def test_the_words_of_a_constant_are_left_to_their_key(told: Graded) -> None:
    report = told(add=ADD, scale=SCALE.replace('"scaling"', '"shrinking"'))

    assert by_test(report)["test_names"].verdict == "wrong"
    assert names(report, "test_names") == [""]


def test_a_float_is_not_taken_for_a_mistake_s_count(told: Graded) -> None:
    report = told(add="def add(a, b):\n    return float(a * b)", scale=SCALE)

    assert names(report, "test_sums") == [""] * 3


# ---- what it may cost --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "while True: pass",
        "import os; os._exit(0)",
        "import time; time.sleep(1000)",
    ],
)
def test_a_known_mistake_that_ends_the_run_harms_no_report(course: CourseFolder, body: str) -> None:
    source = SCALE.replace(TIMES, f"    {body}\n")
    assert source != SCALE
    add_mistakes(course, {"misbehaves": ("scale", source, ["test_scale"])})
    with grade.opened("sums", course.path) as grader:
        files = {"add.py": ADD, "scale.py": scale("print('here') or x + factor")}
        report = grade.grade(grader, submission_of(files))

    assert (report.status, report.score) == ("graded", 6.0)
    assert hint(report, "test_scale") == "multiply"
    assert report.tasks[1].staff is not None
    assert report.tasks[1].staff.output == "here\n"


def test_a_known_mistake_that_does_not_answer_hides_no_other(course: CourseFolder) -> None:
    sources = {
        "no_python": "def scale(x",
        "raises_at_once": "1 / 0",
        "needs_another": "import nowhere",
        "exits": SCALE.replace(TIMES, "    raise SystemExit\n"),
        "takes_memory": SCALE.replace(TIMES, "    return torch.ones(10**12)\n"),
        "answers_nothing_that_crosses": SCALE.replace(TIMES, "    return scale\n"),
    }
    broken = {name: ("scale", source, ["test_scale"]) for name, source in sources.items()}
    add_mistakes(course, broken | {"adds": MISTAKES["adds"]})
    with grade.opened("sums", course.path) as grader:
        files = {"add.py": ADD, "scale.py": scale("x + factor")}
        report = grade.grade(grader, submission_of(files))

    assert names(report, "test_scale") == ["adds"]


def test_a_right_submission_runs_no_known_mistake(course: CourseFolder, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    source = f"open({str(trace)!r}, 'a').write('x')\n{MISTAKES['adds'][1]}"
    add_mistakes(course, {"adds": ("scale", source, ["test_scale"])})
    with grade.opened("sums", course.path) as grader:
        grade.grade(grader, submission_of({"add.py": "def add(a, b): return 0", "scale.py": SCALE}))
        before = trace.exists()
        grade.grade(grader, submission_of({"add.py": ADD, "scale.py": scale("x + factor")}))

    assert not before, "nor does one that is wrong in another task"
    assert trace.read_text() == "x"


def test_a_case_beyond_its_bytes_is_not_kept() -> None:
    answer = wire.Returned(id=1, value={"x": torch.zeros(100, dtype=torch.float64)})
    record = Record(max_bytes=2000)
    record.add(b"first", answer)
    kept = record.close_case(keep=True)
    for question in (b"second", b"third"):
        record.add(question, answer)
    too_many = record.close_case(keep=True)
    record.add(b"fourth", answer)
    last = record.close_case(keep=True)

    assert [len(kept), len(too_many), len(last)] == [1, 0, 1]


# ---- where it is read --------------------------------------------------------------------------


def test_students_read_the_hint_and_never_the_name(told: Graded) -> None:
    report = told(add=ADD, scale=scale("x + factor").replace("scaling", "x"))
    seen = to_json(report, view="student") + report_page(student_view(report))

    assert "This adds." in seen
    assert "adds is" not in seen
    assert "<code>adds" not in seen
    assert '"adds"' not in seen
    assert "adds is &lt;right&gt;" in report_page(report)


def test_the_page_of_the_class_counts_who_made_a_known_mistake(told: Graded) -> None:
    summary = ClassSummary()
    reports = [told(add=ADD, scale=scale("x + factor")) for _ in range(2)]
    reports.append(told(add="def add(a, b): return a * b", scale=SCALE))
    for number, report in enumerate(reports):
        own = report.submission.model_copy(update={"id": f"student{number}"})
        summary.add(report.model_copy(update={"submission": own}))
    page = class_page(summary, title="Small sums")
    known = page.partition('id="known"')[2].partition("</section>")[0]

    found = [(one.task, one.name, one.count, one.submissions) for one in summary.recognised()]
    assert found == [
        ("scale", "adds", 2, ("student0", "student1")),
        ("add", "multiplies", 1, ("student2",)),
    ]
    assert "adds is &lt;right&gt;" in known
    assert "reports/student1.html#scale" in known


def test_a_class_without_known_mistakes_has_no_table_of_them(told: Graded) -> None:
    summary = ClassSummary()
    summary.add(told(add=ADD, scale=SCALE))

    assert 'id="known"' not in class_page(summary, title="Small sums")


# ---- what counts as the same -------------------------------------------------------------------


@pytest.mark.parametrize(
    "got, want, expected",
    [
        (1.0, 1.0 + 1e-13, True),
        (1.0, 1.001, False),
        (float("nan"), float("nan"), True),
        (3, 3.0, True),  # an int is a float
        (3.0, 3, False),
        (True, 1, False),
        (None, NOTHING, False),
        (NOTHING, NOTHING, True),
        ([1, [2.0]], [1, [2.0]], True),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        (torch.ones(3), torch.ones(3, dtype=torch.float64), False),
        (torch.ones(3), torch.ones(3, 1), False),
        (torch.ones(3), np.ones(3, dtype=np.float32), False),
    ],
)
def test_values_are_the_same_but_for_rounding(got: Any, want: Any, expected: bool) -> None:
    assert same(got, want) is expected


def test_parts_are_taken_apart_as_far_as_the_solution_s_answer_goes() -> None:
    like = {"a": [1, 2], "b": 3}

    assert leaves({"b": 4, "c": 5}, like) == {("a",): NOTHING, ("b",): 4}
    assert leaves({"a": [1, 2, 3], "b": 4}, like) == {("a",): [1, 2, 3], ("b",): 4}
    assert leaves(None, like) == {(): None}


@pytest.mark.parametrize(
    "leaf, expected",
    [
        (0.1234567, True),
        (torch.tensor([0.0, 0.1234567]), True),
        (np.array([1.7320508]), True),
        ([1, {"x": 0.777777}], True),
        (1 / 3, False),
        (2.5, False),
        (float("inf"), False),
        (torch.zeros(4), False),
        (torch.arange(4), False),
        (784, False),
        (True, False),
        ("text", False),
        (None, False),
        (complex(0.1234567, 1), True),
        (torch.tensor([0.1234567]).to(torch.bfloat16), True),
    ],
)
def test_what_two_mistakes_may_have_in_common_by_chance_is_not_telling(
    leaf: Any, expected: bool
) -> None:
    assert is_telling(leaf) is expected

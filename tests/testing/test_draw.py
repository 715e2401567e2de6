"""Charts: what a hidden test draws is in the report, of students too, and changes no points."""

import json
import math
from collections.abc import Sequence

import pytest

from grader import grade
from grader.report import to_json
from grader.testing import draw, measured
from tests.conftest import CourseFolder, submission_of

LOSSES = '''
import pytest
import torch

from grader.testing import check, draw


@pytest.mark.weight(1)
def test_falls(student):
    """The loss falls."""
    losses = [student.scale(torch.tensor(float(step)), 1.0).item() for step in range(3)]
    draw("Loss", range(3), {"yours": losses}, x_label="step", y_label="nats")
    check(losses[-1] < losses[0], "the loss does not fall")
'''


@pytest.mark.parametrize(
    "answer, verdict, y",
    [
        ("-x", "passed", [0, -1, -2]),
        ("x / 3", "wrong", [0, 0.3333, 0.6667]),
        ("x if x < 2 else x / 0", "wrong", [0, 1, None]),
    ],
)
def test_a_chart_is_in_the_students_report_whatever_the_verdict(
    course: CourseFolder, answer: str, verdict: str, y: list[float]
) -> None:
    (course.private / "test_scale.py").write_text(LOSSES)
    with grade.opened("sums", course.path) as grader:
        report = grade.grade(
            grader, submission_of({"scale.py": f"def scale(x, factor):\n    return {answer}\n"})
        )
    [test] = json.loads(to_json(report, view="student"))["tasks"][1]["tests"]

    assert test["verdict"] == verdict
    assert test["charts"] == [
        {
            "title": "Loss",
            "x_label": "step",
            "y_label": "nats",
            "x": [0.0, 1.0, 2.0],
            "curves": [{"name": "yours", "y": y}],
            "is_log": False,
        }
    ]


@pytest.mark.parametrize(
    "x, curves, is_log, words",
    [
        ([], {"a": []}, False, "1 curves over 0 points"),
        ([1], {}, False, "0 curves over 1 points"),
        (range(201), {"a": range(201)}, False, "over 201 points"),
        ([1], {str(n): [1] for n in range(7)}, False, "7 curves"),
        ([1, 1], {"a": [1, 2]}, False, "ascending"),
        ([1, math.nan], {"a": [1, 2]}, False, "ascending"),
        ([1, math.inf], {"a": [1, 2]}, False, "finite"),
        ([0, 1], {"a": [1, 2]}, True, "x = 0 on a logarithmic axis"),
        ([1, 2], {"a": [1]}, False, "'a' has 1 of 2 values"),
    ],
)
def test_what_cannot_be_drawn_is_an_authors_mistake(
    x: Sequence[float], curves: dict[str, Sequence[float]], is_log: bool, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        draw("Loss", x, curves, x_label="step", y_label="nats", is_log=is_log)


def test_one_case_draws_eight_charts_at_most() -> None:
    noted = measured.begin()
    for _ in range(8):
        draw("Loss", [1], {"a": [1]}, x_label="step", y_label="nats")
    with pytest.raises(ValueError, match="one case may draw 8 charts"):
        draw("Loss", [1], {"a": [1]}, x_label="step", y_label="nats")
    assert len(noted.charts) == 8

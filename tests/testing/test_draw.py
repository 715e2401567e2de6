"""Charts: what a hidden test draws is in the report, of students too, and changes no points."""

import json
import math
from collections.abc import Sequence

import pytest
import torch

from grader import grade
from grader.report import to_json
from grader.testing import Normal, Uniform, draw, draw_heat_map, draw_sample, measured
from grader.testing.laws import Law
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
        ("x / 3", "wrong", [0, 0.333, 0.667]),
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
            "look": "lines",
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


@pytest.mark.parametrize(
    "columns, rows, words",
    [
        ([], {"f": []}, "1 curves over 0 points"),
        (range(41), {"f": range(41)}, "over 41 points"),
        ([1], {str(n): [1] for n in range(17)}, "17 curves"),
        ([1, 1], {"f": [1, 2]}, "ascending"),
        ([1, 2], {"f": [1]}, "'f' has 1 of 2 values"),
        ([1, 2], {"f": [1, -1]}, "'f' has a number below 0"),
    ],
)
def test_what_is_no_heat_map_is_an_authors_mistake(
    columns: Sequence[float], rows: dict[str, Sequence[float]], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        draw_heat_map("Gradients", columns, rows, x_label="step", y_label="length")


def test_a_heat_map_keeps_its_rows_and_holes() -> None:
    noted = measured.begin()
    rows = {"forget": [1.0, math.nan], "input": [0.25, 0.0]}
    draw_heat_map("Gradients", [0, 1], rows, x_label="step", y_label="length")

    [chart] = noted.charts
    assert chart.look == "heat map"
    assert [(curve.name, curve.y) for curve in chart.curves] == [
        ("forget", (1.0, None)),
        ("input", (0.25, 0.0)),
    ]


@pytest.mark.parametrize("scale", [0.02, 30.0])
@pytest.mark.parametrize("law", [Normal(1.0), Uniform(1.0)])
def test_a_sample_of_its_law_lies_on_it_whatever_the_scale_is(law: Law, scale: float) -> None:
    """Nothing in the chart says what the right scale is."""
    generator = torch.Generator().manual_seed(3)
    if isinstance(law, Normal):
        sample, wide = torch.randn(40_000, generator=generator), Normal(scale)
    else:
        sample, wide = torch.rand(40_000, generator=generator) * 2 - 1, Uniform(scale)
    noted = measured.begin()
    draw_sample("Weights", [scale * sample.reshape(200, 200)], wide)

    [chart] = noted.charts
    yours, right = chart.curves
    assert chart.look == "bars"
    assert [place for place in chart.x if abs(place) < 0.3] == [-0.125, 0.125]
    # Four standard errors of the largest share, 0.14 of 40 000 weights; and the seed is fixed.
    assert yours.y == pytest.approx(right.y, abs=0.007)
    assert sum(value or 0.0 for value in yours.y) == pytest.approx(1, abs=1e-3)
    assert sum(value or 0.0 for value in right.y) == pytest.approx(1, abs=1e-3)


def test_a_sample_too_wide_stands_in_the_outermost_bars() -> None:
    noted = measured.begin()
    draw_sample("Weights", torch.tensor([-90.0, 90.0, 90.0, 0.1, math.nan]), Normal(1.0))

    [chart] = noted.charts
    assert (chart.curves[0].y[0], chart.curves[0].y[-1]) == (0.25, 0.5)


@pytest.mark.parametrize("sample", [None, [], ["1"], torch.tensor([math.nan]), torch.tensor([1])])
def test_what_is_no_sample_is_not_drawn(sample: object) -> None:
    noted = measured.begin()
    draw_sample("Weights", sample, Normal(1.0))

    assert noted.charts == []

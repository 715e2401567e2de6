"""What the other side does with our bytes: its rules, restated where no package of it exists."""

import json
import math
import re
from typing import Any

PL_KEYS = {"gradable", "score", "message", "output", "images", "tests", "format_errors"}
GRADESCOPE_FORMATS = {"text", "html", "simple_format", "md", "ansi"}
VISIBILITIES = {"hidden", "after_due_date", "visible", "after_published"}


def strictly(data: bytes) -> Any:
    """Return JSON as consumers read it, that know no NaN."""

    def refuse(name: str) -> float:
        raise ValueError(name)

    return json.loads(data.decode("utf-8"), parse_constant=refuse)


def gradescope_takes(data: bytes) -> dict[str, Any]:
    """Return results.json; fails where Gradescope's specification is not met."""
    value = strictly(data)
    assert isinstance(value, dict)
    assert type(value["score"]) in (int, float)
    for key in ("output_format", "test_output_format", "test_name_format"):
        assert value[key] in GRADESCOPE_FORMATS
    assert value["visibility"] in VISIBILITIES
    assert value["stdout_visibility"] in VISIBILITIES
    assert type(value["execution_time"]) in (int, float)
    for test in value["tests"]:
        known = {"score", "max_score", "status", "name", "number", "output", "tags", "visibility"}
        assert test.keys() <= known
        assert type(test["score"]) in (int, float)
        assert type(test["max_score"]) in (int, float)
        assert test["status"] in ("passed", "failed")
        assert type(test["number"]) is str
        assert test["visibility"] in VISIBILITIES
        assert all(type(tag) is str for tag in test["tags"])
    return value


def prairielearn_result(data: bytes) -> dict[str, Any]:
    """Return what PrairieLearn makes of results.json.

    The rules of makeGradingResult: a score that is no number from 0 to 1 makes the submission
    ungradable, `succeeded: false` a zero, and points are shown only where every test has both.
    """
    assert len(data) <= 1 << 20
    assert b"\\u0000" not in data
    value = strictly(data)
    assert value.keys() <= PL_KEYS
    gradable = value.get("gradable", True)
    assert type(gradable) is bool
    score, errors = None, value.get("format_errors", [])
    if gradable:
        score = value.get("score")
        is_number = type(score) in (int, float) and math.isfinite(score)
        if not is_number or not 0 <= score <= 1:
            gradable, score, errors = False, None, ["the grader's score is invalid"]
        elif not value.get("succeeded", True):
            score = 0
    tests = value.get("tests", [])
    shown = all("points" in test and "max_points" in test for test in tests)
    return {"gradable": gradable, "score": score, "errors": errors, "shows_points": shown} | {
        "tests": tests
    }


def autolab_scores(printed: bytes, problems: set[str]) -> tuple[dict[str, float], Any]:
    """Return the scores that Autolab saves, and its formatted feedback.

    parseAutoresult: `autoresult.gsub(/([a-zA-Z0-9]+):/, '"\\1":')`, then JSON; no scores, and
    names that are no problems, are errors.
    """
    *_, feedback, last = printed.decode("ascii").splitlines()

    def parsed(line: str) -> Any:
        return json.loads(re.sub(r"([a-zA-Z0-9]+):", r'"\1":', line))

    scores = parsed(last)["scores"]
    assert scores, "Empty autoresult"
    assert scores.keys() <= problems
    return scores, parsed(feedback)

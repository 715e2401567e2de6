"""One file per submission: each system's own reader takes it, and takes no more than is meant."""

import json
import re
import unittest
from dataclasses import replace
from html.parser import HTMLParser
from io import StringIO
from typing import Any

import pytest
from gradescope_utils.autograder_utils.decorators import number, tags, weight
from gradescope_utils.autograder_utils.json_test_runner import JSONTestRunner
from jsonschema import Draft7Validator
from junitparser import Error, Failure, JUnitXml, Skipped
from lxml import etree
from markdown_it import MarkdownIt
from pylti1p3.grade import Grade

from grader.errors import UsageError
from grader.lms import FORMATS, PerSubmission
from grader.lms.graded import Graded, check, share
from grader.report import Report, student_view
from tests.lms.classes import (
    FOR_STAFF,
    NOW,
    SETTINGS,
    broken,
    credited,
    half,
    of,
    passed,
    waiting,
)
from tests.lms.systems import (
    autolab_scores,
    gradescope_takes,
    prairielearn_result,
    strictly,
)
from tests.test_pages import case, report

PER_SUBMISSION = {name: own for name, own in FORMATS.items() if isinstance(own, PerSubmission)}
TEXT = sorted(PER_SUBMISSION)
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\u202e\ud800-\udfff\ufffe]")


def files(name: str, graded: Graded, **more: Any) -> list[bytes]:
    return PER_SUBMISSION[name].files(graded, replace(SETTINGS, **more))


def only(name: str, one: Report, **more: Any) -> bytes:
    (found,) = files(name, of(one), **more)
    return found


# ---- all of them ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TEXT)
def test_nothing_for_staff_is_in_the_students_view(name: str) -> None:
    for one in (half(), broken()):
        for content in files(name, of(one)):
            assert FOR_STAFF not in content.decode("utf-8")


@pytest.mark.parametrize("name", [name for name in TEXT if PER_SUBMISSION[name].for_staff])
def test_staffs_view_has_what_only_staff_reads(name: str) -> None:
    """A test that nothing leaks would pass where nothing is ever shown."""
    (content,) = files(name, Graded(half(), ()))

    assert FOR_STAFF in content.decode("utf-8")


@pytest.mark.parametrize("name", [name for name in TEXT if name != "json"])
def test_no_control_character_leaves(name: str) -> None:
    assert not CONTROLS.search(only(name, half()).decode("utf-8"))


@pytest.mark.parametrize("name", TEXT)
def test_the_same_report_gives_the_same_bytes(name: str) -> None:
    assert only(name, half()) == only(name, half())


@pytest.mark.parametrize("name", ["gradescope", "xqueue", "coursera"])
@pytest.mark.parametrize("one", [waiting(), broken()], ids=["waiting", "broken"])
def test_without_a_final_score_there_is_no_file_where_a_number_is_needed(
    name: str, one: Report
) -> None:
    assert files(name, of(one)) == []


def test_impossible_points_and_no_walls_are_refused() -> None:
    good = passed()
    for score in (float("nan"), 21.0, -1.0, float("inf")):
        with pytest.raises(UsageError, match=r"ann: score is .*; expected 0 to 20\.0 points"):
            check(good.model_copy(update={"score": score}))
    task = good.tasks[0].model_copy(update={"score": float("nan")})
    with pytest.raises(UsageError, match="ann, add: score is nan"):
        check(good.model_copy(update={"tasks": [task]}))
    with pytest.raises(UsageError, match=r"ann: graded without walls \(level L0\)"):
        check(report("ann", level="L0"))
    check(good)


def test_a_share_of_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="max_score is 0"):
        share(passed().model_copy(update={"score": 0.0, "max_score": 0.0}))


def test_only_a_full_score_becomes_a_full_score() -> None:
    """9.999 of 10 rounds to 10; scaled to 1 it must not say that all is right."""
    nearly = student_view(credited("ann", "0.999"))
    graded = Graded(nearly, ())

    assert nearly.score == 9.99
    assert share(nearly) == pytest.approx(0.999)
    (content,) = files("gradescope", graded, points=1.0)
    assert strictly(content)["score"] == 0.99
    assert strictly(only("xqueue", credited("ann", "0.999")))["correct"] is False


# ---- Gradescope ----------------------------------------------------------------------------------


def test_gradescope_takes_the_results() -> None:
    value = gradescope_takes(only("gradescope", half()))

    assert value["score"] == 16.67
    assert [test["status"] for test in value["tests"]].count("failed") == 1
    assert [test["number"] for test in value["tests"]] == ["1.1", "1.2", "1.3", "2.1"]
    assert sum(test["max_score"] for test in value["tests"]) == pytest.approx(20, abs=0.02)


def test_gradescope_hides_no_test_since_one_hides_the_total() -> None:
    value = gradescope_takes(only("gradescope", half()))

    assert {test["visibility"] for test in value["tests"]} == {"visible"}


def test_gradescope_results_have_the_form_of_its_own_runner() -> None:
    """What gradescope-utils itself writes: same names, same kinds of values."""

    class Own(unittest.TestCase):
        @weight(2)
        @number("1.1")
        @tags("add")
        def test_sum(self) -> None:
            """The sum is right"""
            raise AssertionError("no")

    stream = StringIO()
    JSONTestRunner(stream=stream).run(unittest.defaultTestLoader.loadTestsFromTestCase(Own))
    theirs, ours = json.loads(stream.getvalue()), strictly(only("gradescope", half()))

    assert theirs["tests"][0].keys() <= ours["tests"][2].keys()
    for key, value in theirs["tests"][0].items():
        kinds = (int, float) if isinstance(value, (int, float)) else type(value)
        assert isinstance(ours["tests"][2][key], kinds), key


# ---- PrairieLearn --------------------------------------------------------------------------------


def test_prairielearn_takes_the_score_as_a_share() -> None:
    found = prairielearn_result(only("prairielearn", half()))

    assert found["gradable"]
    assert found["score"] == pytest.approx(16.67 / 20)
    assert found["shows_points"]
    assert prairielearn_result(only("prairielearn", passed()))["score"] == 1


@pytest.mark.parametrize("one", [waiting(), broken()], ids=["waiting", "broken"])
def test_prairielearn_charges_no_attempt_without_a_final_score(one: Report) -> None:
    found = prairielearn_result(only("prairielearn", one))

    assert not found["gradable"]
    assert found["score"] is None
    assert "This attempt was not counted" in found["errors"][0]


# ---- LTI -----------------------------------------------------------------------------------------


def as_grade(value: dict[str, Any]) -> Grade:
    """Put a score into the object that a client of LTI sends, which checks it."""
    own = Grade().set_user_id(value["userId"]).set_timestamp(value["timestamp"])
    own.set_activity_progress(value["activityProgress"]).set_comment(value["comment"])
    own.set_grading_progress(value["gradingProgress"])
    if "scoreGiven" in value:
        own.set_score_given(value["scoreGiven"]).set_score_maximum(value["scoreMaximum"])
    return own


def test_lti_score_is_what_a_client_would_send() -> None:
    value = strictly(only("lti-ags", half()))

    assert json.loads(as_grade(value).get_value()) == value
    assert value["scoreGiven"] == 16.67
    assert value["scoreMaximum"] == 20
    assert value["gradingProgress"] == "FullyGraded"
    assert value["timestamp"] == "2026-05-04T03:02:01.123456Z"


def test_lti_without_a_final_score_gives_none() -> None:
    for one, progress in ((waiting(), "PendingManual"), (broken(), "Failed")):
        value = strictly(only("lti-ags", one))
        assert json.loads(as_grade(value).get_value()) == value
        assert "scoreGiven" not in value
        assert "scoreMaximum" not in value
        assert value["gradingProgress"] == progress


def test_lti_has_a_score_for_each_student_of_a_group() -> None:
    found = [strictly(own) for own in files("lti-ags", of(passed("team"), "007", "0070"))]

    assert [own["userId"] for own in found] == ["007", "0070"]
    assert {own["scoreGiven"] for own in found} == {20}


# ---- Autolab -------------------------------------------------------------------------------------


def test_autolab_reads_the_scores_whatever_a_student_wrote() -> None:
    scores, feedback = autolab_scores(only("autolab", half()), {"add", "scale"})

    assert scores == {"add": 6.67, "scale": 10.0}
    assert feedback["stages"] == ["task add", "task scale"]
    assert feedback["_scores_order"] == ["add", "scale"]
    test = feedback["task add"]["test_three"]
    assert test["passed"] is False
    assert "<script>alert(1)</script>" in test["hint"]


def test_autolab_would_break_on_a_colon_after_a_letter() -> None:
    """The reader above is as strict as Autolab: without our blank it fails, also after `é`."""
    printed = only("autolab", half())

    assert b" :" in printed
    with pytest.raises(json.JSONDecodeError):
        autolab_scores(printed.replace(b" :", b":"), {"add", "scale"})


def test_autolab_leaves_a_task_without_a_final_score_open() -> None:
    for one in (waiting(), broken()):
        scores, _ = autolab_scores(only("autolab", one), {"add", "scale"})
        assert scores == {"scale": 10.0}
    alone = waiting().model_copy(update={"tasks": waiting().tasks[:1]})
    assert files("autolab", of(alone)) == []


# ---- Open edX, Coursera --------------------------------------------------------------------------


def test_xqueue_reply_has_three_keys_and_one_root() -> None:
    value = strictly(only("xqueue", half()))

    assert value.keys() == {"correct", "score", "msg"}
    assert value["correct"] is False
    assert value["score"] == pytest.approx(16.67 / 20)
    root = etree.fromstring(value["msg"])
    assert root.tag == "div"
    assert {own.tag for own in root.iter()} == {"div", "p", "h4", "pre"}
    assert "<script>alert(1)</script></div>]]> &nbsp;" in "".join(root.itertext())
    assert "/>" not in value["msg"].replace("&gt;", "")


def test_xqueue_score_is_of_the_points_that_edx_gives() -> None:
    assert strictly(only("xqueue", passed())) | {"msg": ""} == {
        "correct": True,
        "score": 1.0,
        "msg": "",
    }
    assert strictly(only("xqueue", passed(), points=5.0))["score"] == 5.0


def test_coursera_feedback_is_a_share_and_words() -> None:
    value = strictly(only("coursera", half()))

    assert value.keys() == {"fractionalScore", "feedback"}
    assert 0 <= value["fractionalScore"] <= 1
    assert value["feedback"].startswith("Sums: 16.67 of 20 points\n")


# ---- test reports --------------------------------------------------------------------------------


def test_junitparser_reads_the_verdicts() -> None:
    one = report(
        "ann",
        case("passed"),
        case("needs_review", test="test_open"),
        case("judge_error", test="test_ours"),
        case("wrong", test="test_wrong"),
    )
    document = JUnitXml.fromstring(only("junit", one))

    (suite,) = list(document)
    results = {own.name: [type(found) for found in own.result] for own in suite}
    assert results == {
        "test_sums": [],
        "test_open": [Skipped],
        "test_ours": [Error],
        "test_wrong": [Failure],
    }
    assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (4, 1, 1, 1)
    properties = {own.name: own.value for own in suite.properties()}
    assert properties == {"max_score": "10", "status": "judge_error"}


def test_junit_is_xml_whatever_a_student_wrote() -> None:
    content = only("junit", half())

    etree.fromstring(content)
    suite = next(iter(JUnitXml.fromstring(content)))
    assert {own.name: own.value for own in suite.properties()}["score"] == "6.67"


def ctrf_schema() -> Draft7Validator:
    """Return what CTRF 1.0 demands of the parts that we write; nothing else may be there."""

    def closed(required: str, more: str = "", **kinds: Any) -> dict[str, Any]:
        return {
            "type": "object",
            "required": required.split(),
            "properties": {name: kinds.get(name, {}) for name in f"{required} {more}".split()},
            "additionalProperties": False,
        }

    whole, text, free = {"type": "integer"}, {"type": "string", "minLength": 1}, {"type": "object"}
    counts = "tests passed failed skipped pending other start stop"
    statuses = {"enum": ["passed", "failed", "skipped", "pending", "other"]}
    test = closed(
        "name status duration",
        "suite message rawStatus extra",
        name=text,
        status=statuses,
        duration=whole,
        suite={"type": "array", "minItems": 1, "items": {"type": "string"}},
        message={"type": "string"},
        rawStatus={"type": "string"},
        extra=free,
    )
    results = closed(
        "tool summary tests",
        tool=closed("name", "version", name=text, version={"type": "string"}),
        summary=closed(counts, **dict.fromkeys(counts.split(), whole)),
        tests={"type": "array", "items": test},
    )
    schema = closed(
        "results reportFormat specVersion",
        "extra",
        results=results,
        reportFormat={"const": "CTRF"},
        specVersion={"type": "string", "pattern": r"^[0-9]+\.[0-9]+\.[0-9]+$"},
        extra=free,
    )
    Draft7Validator.check_schema(schema)
    return Draft7Validator(schema)


@pytest.mark.parametrize("one", [passed(), half(), waiting(), broken()])
def test_ctrf_is_valid_and_its_sums_are_right(one: Report) -> None:
    value = strictly(only("ctrf", one))

    assert not [error.message for error in ctrf_schema().iter_errors(value)]
    summary, tests = value["results"]["summary"], value["results"]["tests"]
    assert summary["tests"] == len(tests)
    for status in ("passed", "failed", "skipped", "pending", "other"):
        assert summary[status] == sum(test["status"] == status for test in tests)
    assert summary["stop"] == round(NOW.timestamp() * 1000)
    assert summary["stop"] - summary["start"] == sum(test["duration"] for test in tests)


def test_ctrf_says_what_is_open() -> None:
    for one, status in ((waiting(), "pending"), (broken(), "other")):
        value = strictly(only("ctrf", one))
        assert value["results"]["tests"][0]["status"] == status
        assert "score" not in value["extra"]
        assert "score" not in value["results"]["tests"][0]["extra"]


def test_a_ctrf_document_that_is_none_is_invalid() -> None:
    value = strictly(only("ctrf", passed()))

    assert list(ctrf_schema().iter_errors(value | {"more": 1}))
    assert list(ctrf_schema().iter_errors(value | {"specVersion": "1"}))


# ---- for people ----------------------------------------------------------------------------------


class _Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)


def test_markdown_shows_what_a_student_wrote_and_does_not_obey_it() -> None:
    html = MarkdownIt("commonmark", {"html": True}).render(only("markdown", half()).decode())

    assert _Tags(html).found <= {"h1", "h2", "p", "ul", "li", "strong", "code", "pre"}
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert html.count("<pre>") == 2
    assert "16.67 / 20 points" in html


def test_markdown_says_that_a_score_is_open() -> None:
    for one, why in ((waiting(), "text answers wait"), (broken(), "by a fault of the grader")):
        text = only("markdown", one).decode()
        assert "**Not graded yet**" in text
        assert why in text
        assert "0 / " not in text.replace("10 / ", "")


def test_a_students_page_stands_alone_and_says_nothing_of_staff() -> None:
    text = only("html", half()).decode()

    assert "index.html" not in text
    assert "staff only" not in text
    assert "script" not in _Tags(text).found


def test_json_is_the_report_in_that_view() -> None:
    assert Report.model_validate_json(only("json", half())) == student_view(half())

"""JUnit XML, of one submission: a suite per task, a case per test, points as properties.

The form that pytest writes and that test servers read; it knows no points.
"""

from xml.etree import ElementTree as Xml

from grader.lms.graded import Graded, Settings, final_score
from grader.lms.words import clean, what_to_do
from grader.pages.rendering import points
from grader.report import Report, TaskReport, TestReport

# A wrong answer is a failure whatever form it took; an error is ours.
_ELEMENTS = {"passed": "", "judge_error": "error", "needs_review": "skipped"}


def document(graded: Graded, settings: Settings) -> list[bytes]:
    """Return the document. Without a final score it has no property `score`."""
    report = graded.report
    root = Xml.Element("testsuites", {"name": clean(report.submission.id), **_counts(report.tasks)})
    for task in report.tasks:
        root.append(_suite(report, task))
    return [Xml.tostring(root, encoding="UTF-8", xml_declaration=True) + b"\n"]


def _suite(report: Report, task: TaskReport) -> Xml.Element:
    suite = Xml.Element("testsuite", {"name": task.id, **_counts([task])})
    if report.submission.received is not None:
        suite.set("timestamp", report.submission.received.isoformat(timespec="seconds"))
    own = {"max_score": points(task.max_score), "status": report.status}
    if final_score(report) is not None:
        own["score"] = points(task.score)
    _add_properties(suite, own)
    for test in task.tests:
        suite.append(_case(task, test))
    return suite


def _case(task: TaskReport, test: TestReport) -> Xml.Element:
    case = Xml.Element(
        "testcase",
        {"classname": task.id, "name": clean(test.id), "time": f"{test.seconds:.3f}"},
    )
    own = {"about": clean(test.about), "max_score": points(test.max_score)}
    if test.verdict not in ("judge_error", "needs_review"):
        own["score"] = points(test.score)
    _add_properties(case, own)
    element = _ELEMENTS.get(test.verdict, "failure")
    if element:
        found = Xml.SubElement(case, element, {"type": test.verdict, "message": clean(test.about)})
        found.text = what_to_do(test)
    if test.staff is not None:
        cases = [f"[{own.id}] {own.verdict} {own.detail}".strip() for own in test.staff.cases]
        Xml.SubElement(case, "system-out").text = clean("\n".join(cases))
    return case


def _counts(tasks: list[TaskReport]) -> dict[str, str]:
    tests = [test for task in tasks for test in task.tests]
    elements = [_ELEMENTS.get(test.verdict, "failure") for test in tests]
    return {
        "tests": str(len(tests)),
        "failures": str(elements.count("failure")),
        "errors": str(elements.count("error")),
        "skipped": str(elements.count("skipped")),
        "time": f"{sum(test.seconds for test in tests):.3f}",
    }


def _add_properties(parent: Xml.Element, values: dict[str, str]) -> None:
    properties = Xml.SubElement(parent, "properties")
    for name, value in values.items():
        Xml.SubElement(properties, "property", {"name": name, "value": value})

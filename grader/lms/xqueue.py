"""Open edX: the body of an external grader's reply, `xqueue_body` of put_result.

Source: https://github.com/openedx/xqueue and its external_graders documentation.
"""

from xml.etree import ElementTree as Xml

from grader.lms.graded import Graded, Settings, share
from grader.lms.words import as_json, clean, summary, task_line, verdict_of, what_to_do
from grader.report import Report


def reply(graded: Graded, settings: Settings) -> list[bytes]:
    """Return the reply; nothing if the score is not final: without one the answer stays queued.

    A full score is `settings.points`, 1 by default as in edX.
    """
    found = share(graded.report)
    if found is None:
        return []
    score = found * (settings.points or 1.0)
    return [as_json({"correct": found == 1, "score": score, "msg": message(graded.report)})]


def message(report: Report) -> str:
    """Return what the student reads: XML with one root, which edX drops the reply without."""
    root = Xml.Element("div", {"class": "grader"})
    _add(root, "p", summary(report))
    for task in report.tasks:
        _add(root, "h4", task_line(task))
        for test in task.tests:
            _add(root, "p", clean(f"{verdict_of(test)}: {test.about}"))
            if what_to_do(test):
                _add(root, "pre", what_to_do(test))
    return Xml.tostring(root, encoding="unicode", short_empty_elements=False)


def _add(parent: Xml.Element, name: str, text: str) -> None:
    Xml.SubElement(parent, name).text = text

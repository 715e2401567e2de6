"""Coursera's feedback.json, of one submission to a grader of one's own.

Source: https://github.com/coursera/coursera_autograder.
"""

from grader.lms.graded import Graded, Settings, share
from grader.lms.words import as_json, in_full


def feedback(graded: Graded, settings: Settings) -> list[bytes]:
    """Return feedback.json; nothing if the score is not final: fractionalScore is a number."""
    found = share(graded.report)
    if found is None:
        return []
    return [as_json({"fractionalScore": found, "feedback": in_full(graded.report)})]

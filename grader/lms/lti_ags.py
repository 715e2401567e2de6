"""LTI Advantage: the body of a POST to a line item's `/scores`, one for each student.

Source: https://www.imsglobal.org/spec/lti-ags/v2p0/#score-publish-service. Time of submission is
not claimed: what a report knows of it is when a file was last changed, and a platform may take it
for lateness.
"""

from datetime import UTC
from typing import Any

from grader.lms.graded import Graded, Settings, final_score, scaled
from grader.lms.roster import Student
from grader.lms.words import as_json, summary, task_line
from grader.report import Report

MEDIA_TYPE = "application/vnd.ims.lis.v1.score+json"


def scores(graded: Graded, settings: Settings) -> list[bytes]:
    """Return the score of each student.

    Without a final score there is no scoreGiven, and the progress says why: platforms keep what
    they have. The timestamp is the export's, to the microsecond: Moodle takes no second score of
    the same second, and no platform an older one.
    """
    return [as_json(_score(graded.report, student, settings)) for student in graded.students]


def _score(report: Report, student: Student, settings: Settings) -> dict[str, Any]:
    lines = [summary(report), *map(task_line, report.tasks)]
    now = settings.now.astimezone(UTC)
    body: dict[str, Any] = {
        "userId": student.id,
        "timestamp": now.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "comment": "\n".join(lines),
    }
    score = final_score(report)
    if score is None or not report.max_score:  # scoreMaximum must be above 0
        is_ours = report.status == "judge_error"
        return body | {"gradingProgress": "Failed" if is_ours else "PendingManual"}
    return body | {
        "scoreGiven": scaled(score, report.max_score, settings.points),
        "scoreMaximum": settings.points or report.max_score,
    }

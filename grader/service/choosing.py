"""Which attempt counts, where that is for the student to say."""

from sqlalchemy import update
from sqlalchemy.orm import Session as Rows

from grader.errors import UsageError
from grader.service import groups, people
from grader.service.policies import Policy
from grader.service.tables import Assignment, Submission


def choose(rows: Rows, by: int, row: Submission) -> None:
    """Have this attempt count, and no other of the same person or group.

    Raises UsageError if the rules say otherwise.
    """
    given = rows.get_one(Assignment, row.assignment_id)
    if Policy.model_validate(given.policy).counts != "chosen":
        raise UsageError("Which attempt counts is not for you to choose here.")
    mates = groups.mates_of(rows, row.assignment_id, row.person_id)
    rows.execute(
        update(Submission)
        .where(Submission.person_id.in_(mates), Submission.assignment_id == row.assignment_id)
        .values(is_chosen=Submission.id == row.id)
    )
    people.note(rows, by, "chose an attempt", f"submission {row.id}")

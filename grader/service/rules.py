"""The rules of an assignment, as who teaches changes them; each change is kept in the audit."""

from collections.abc import Collection

from sqlalchemy.orm import Session as Rows

from grader.service import people
from grader.service.policies import Policy
from grader.service.tables import Assignment, now

PUBLISHED = frozenset({"published"})  # told by `publish` alone


def set_policy(
    rows: Rows, by: int, assignment: int, wanted: Policy, kept: Collection[str] = PUBLISHED
) -> Policy:
    """Set the rules of an assignment, and return them.

    kept: names of rules that stay as they are now, whatever is wanted. They hold at once, also
    for what was submitted before.
    """
    row = rows.get_one(Assignment, assignment, with_for_update=True)
    before = Policy.model_validate(row.policy)
    policy = wanted.model_copy(update={name: own for name, own in before if name in kept})
    row.policy = policy.model_dump(mode="json")
    detail = f"{before.model_dump_json()} -> {policy.model_dump_json()}"
    people.note(rows, by, "set the rules", f"assignment {assignment}", detail)
    return policy


def publish(rows: Rows, by: int, assignment: int, *, is_published: bool) -> Policy:
    """Publish what hidden tests found, or take that back; return the rules."""
    row = rows.get_one(Assignment, assignment, with_for_update=True)
    published = now() if is_published else None
    policy = Policy.model_validate(row.policy).model_copy(update={"published": published})
    row.policy = policy.model_dump(mode="json")
    action = "published hidden tests" if is_published else "took back hidden tests"
    people.note(rows, by, action, f"assignment {assignment}")
    return policy

"""Who may what: every kind of person against every kind of object."""

import pytest

from grader.service.access import (
    View,
    Viewer,
    is_staff,
    may_rule,
    may_submit,
    sees_assignment,
    view_of,
)

HERE, ELSEWHERE = 1, 2
ANN, BEN = 10, 11
STUDENT = Viewer(ANN, "ann", roles={HERE: "student"})
ASSISTANT = Viewer(ANN, "ann", roles={HERE: "assistant"})
TEACHER = Viewer(ANN, "ann", roles={HERE: "teacher"})
STRANGER = Viewer(ANN, "ann")
TEACHER_ELSEWHERE = Viewer(ANN, "ann", roles={ELSEWHERE: "teacher", HERE: "student"})
ADMIN = Viewer(ANN, "ann", is_admin=True)


@pytest.mark.parametrize(
    "viewer, own, others",
    [
        (STUDENT, "student", None),
        (TEACHER_ELSEWHERE, "student", None),  # a role holds in its course only
        (STRANGER, None, None),  # who has left the course reads nothing there
        (ASSISTANT, "staff", "staff"),
        (TEACHER, "staff", "staff"),
        (ADMIN, "staff", "staff"),
    ],
)
def test_a_submission_is_read_by_its_owner_and_staff(
    viewer: Viewer, own: View | None, others: View | None
) -> None:
    assert view_of(viewer, HERE, ANN) == own
    assert view_of(viewer, HERE, BEN) == others


@pytest.mark.parametrize(
    "viewer, before_release, after, submits",
    [
        (STUDENT, False, True, True),
        (STRANGER, False, False, False),
        (TEACHER_ELSEWHERE, False, True, True),
        (ASSISTANT, True, True, True),
        (ADMIN, True, True, True),
    ],
)
def test_an_assignment_is_for_its_course(
    viewer: Viewer, before_release: bool, after: bool, submits: bool
) -> None:
    assert sees_assignment(viewer, HERE, is_released=False) == before_release
    assert sees_assignment(viewer, HERE, is_released=True) == after
    assert may_submit(viewer, HERE) == submits


def test_only_staff_of_the_course_is_staff() -> None:
    viewers = [STUDENT, ASSISTANT, TEACHER, STRANGER, TEACHER_ELSEWHERE, ADMIN]

    assert [is_staff(viewer, HERE) for viewer in viewers] == [False, True, True, False, False, True]


def test_only_teachers_and_admins_set_rules() -> None:
    viewers = [STUDENT, ASSISTANT, TEACHER, STRANGER, TEACHER_ELSEWHERE, ADMIN]

    assert [may_rule(viewer, HERE) for viewer in viewers] == [
        *(False, False, True),
        *(False, False, True),
    ]


def test_a_mate_reads_what_is_the_groups_while_in_the_course() -> None:
    assert view_of(STUDENT, HERE, BEN, [ANN, BEN]) == "student"
    assert view_of(STUDENT, HERE, BEN, [BEN]) is None
    assert view_of(STRANGER, HERE, BEN, [ANN, BEN]) is None
    assert view_of(TEACHER, HERE, BEN, [BEN]) == "staff"

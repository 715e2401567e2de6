"""/api/v1: what the pages do, as JSON, for programs with a token."""

from grader.service.web.api import (
    answers,
    classes,
    courses,
    exports,
    groups,
    hooks,
    members,
    own,
    regrades,
    remarks,
    rules,
    similar,
    submissions,
    troubles,
    workers,
)

ROUTES = (
    # Everybody.
    *(own.routes, submissions.routes),
    # Who teaches a course.
    *(courses.routes, members.routes, rules.routes, groups.routes, hooks.routes),
    # What staff do with submissions.
    *(classes.routes, remarks.routes, regrades.routes, answers.routes),
    *(exports.routes, similar.routes, troubles.routes, workers.routes),
)

"""/api/v1: what the pages do, as JSON, for programs with a token."""

from grader.service.web.api import (
    answers,
    classes,
    exports,
    hooks,
    regrades,
    remarks,
    similar,
    submissions,
    workers,
)

ROUTES = (
    submissions.routes,
    hooks.routes,
    # What staff do with submissions.
    *(classes.routes, remarks.routes, regrades.routes, answers.routes),
    *(exports.routes, similar.routes, workers.routes),
)

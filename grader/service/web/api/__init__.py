"""/api/v1: what the pages do, as JSON, for programs with a token."""

from grader.service.web.api import courses, groups, hooks, members, own, rules, submissions

ROUTES = (
    own.routes,
    submissions.routes,
    courses.routes,
    members.routes,
    rules.routes,
    groups.routes,
    hooks.routes,
)

"""/api/v1: what the pages do, as JSON, for programs with a token."""

from grader.service.web.api import hooks, submissions

ROUTES = (submissions.routes, hooks.routes)

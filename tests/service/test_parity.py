"""Everything that the pages do, a program can do: each route of a page has one of the API.

Or a reason. A new page without an entry fails here, and an entry that names no route.
"""

from tests.service import test_web
from tests.service.test_web import Site, routes_of

site = test_web.site

# Why a page's route has none.
SIGNING_IN = "a person signs in; a program has a token"
NO_SECOND = "a token makes no token and sets no password: nothing outlives one that is withdrawn"
LIVE = "a program asks where its submission stands as often as it may"
OF_PAGES = "it is a part of pages"
OF_MACHINES = "it is for programs as it is"

_ASSIGNMENT, _SUBMISSION, _COURSE = "/assignments/{id}", "/submissions/{id}", "/courses/{id}"

# A page's route -> those of the API, without /api/v1, that do the same; or the reason.
PAIRS: dict[tuple[str, str], str | list[str]] = {
    ("GET", "/healthz"): OF_MACHINES,
    ("GET", "/metrics"): OF_MACHINES,
    ("GET", "/static/{name}"): OF_PAGES,
    ("GET", "/favicon.ico"): OF_PAGES,
    ("GET", "/sign-in"): SIGNING_IN,
    ("POST", "/sign-in"): SIGNING_IN,
    ("POST", "/sign-out"): SIGNING_IN,
    ("GET", "/enter/{secret}"): SIGNING_IN,
    ("POST", "/enter/{secret}"): SIGNING_IN,
    ("GET", "/join/{secret}"): SIGNING_IN,
    ("POST", "/join/{secret}"): SIGNING_IN,
    ("GET", "/account"): ["GET /me", "GET /me/tokens"],
    ("POST", "/account/password"): NO_SECOND,
    ("POST", "/account/tokens"): NO_SECOND,
    ("POST", "/account/tokens/{token}/withdraw"): ["DELETE /me/tokens/{token}"],
    # ---- students
    ("GET", "/"): ["GET /courses", "GET /assignments"],
    ("GET", _ASSIGNMENT): [f"GET {_ASSIGNMENT}/attempts", f"GET {_ASSIGNMENT}/group"],
    ("POST", _ASSIGNMENT): [f"POST {_ASSIGNMENT}/submissions"],
    ("GET", f"{_ASSIGNMENT}/files/"): [
        f"GET {_ASSIGNMENT}/files",
        f"GET {_ASSIGNMENT}/files/{{name:path}}",
    ],
    ("GET", f"{_ASSIGNMENT}/files.zip"): [f"GET {_ASSIGNMENT}/files.zip"],
    ("GET", f"{_ASSIGNMENT}/files/{{name:path}}"): [f"GET {_ASSIGNMENT}/files/{{name:path}}"],
    ("POST", f"{_ASSIGNMENT}/group"): [
        f"POST {_ASSIGNMENT}/group",
        f"POST {_ASSIGNMENT}/group/join",
        f"DELETE {_ASSIGNMENT}/group",
    ],
    ("GET", _SUBMISSION): [
        f"GET {_SUBMISSION}",
        f"GET {_SUBMISSION}/report",
        f"GET {_SUBMISSION}/comments",
    ],
    ("GET", f"{_SUBMISSION}/events"): LIVE,
    ("GET", f"{_SUBMISSION}/files.zip"): [f"GET {_SUBMISSION}/files.zip"],
    ("GET", f"{_SUBMISSION}/changes"): [f"GET {_SUBMISSION}/changes"],
    ("POST", f"{_SUBMISSION}/choose"): [f"POST {_SUBMISSION}/choose"],
    # ---- who teaches, and admins
    ("GET", "/admin"): ["GET /courses", "GET /admins"],
    ("POST", "/admin/courses"): ["POST /courses"],
    ("POST", "/admin/admins"): ["PUT /admins/{login}", "DELETE /admins/{login}"],
    ("GET", f"{_COURSE}/members"): [f"GET {_COURSE}/members", "GET /shelf"],
    ("POST", f"{_COURSE}/members"): [f"POST {_COURSE}/members"],
    ("POST", f"{_COURSE}/members/{{person}}/role"): [f"PUT {_COURSE}/members/{{person}}/role"],
    ("POST", f"{_COURSE}/members/{{person}}/remove"): [f"DELETE {_COURSE}/members/{{person}}"],
    ("POST", f"{_COURSE}/members/{{person}}/link"): [f"POST {_COURSE}/members/{{person}}/link"],
    ("POST", f"{_COURSE}/links.csv"): [f"POST {_COURSE}/links"],
    ("POST", f"{_COURSE}/link"): [f"POST {_COURSE}/link"],
    ("POST", f"{_COURSE}/roster"): [
        f"POST {_COURSE}/roster/preview",
        f"POST {_COURSE}/roster.csv/preview",
    ],
    ("POST", f"{_COURSE}/roster/commit"): [
        f"POST {_COURSE}/roster/commit",
        f"POST {_COURSE}/roster.csv/commit",
    ],
    ("POST", f"{_COURSE}/assignments"): [f"POST {_COURSE}/assignments"],
    ("GET", f"{_COURSE}/webhooks"): [f"GET {_COURSE}/webhooks"],
    ("POST", f"{_COURSE}/webhooks"): [f"POST {_COURSE}/webhooks"],
    ("POST", f"{_COURSE}/webhooks/{{hook}}/remove"): [f"DELETE {_COURSE}/webhooks/{{hook}}"],
    ("GET", f"{_ASSIGNMENT}/policy"): [f"GET {_ASSIGNMENT}/policy"],
    ("POST", f"{_ASSIGNMENT}/policy"): [f"PUT {_ASSIGNMENT}/policy"],
    ("POST", f"{_ASSIGNMENT}/publish"): [f"POST {_ASSIGNMENT}/publish"],
    ("GET", f"{_ASSIGNMENT}/extensions"): [f"GET {_ASSIGNMENT}/extensions"],
    ("POST", f"{_ASSIGNMENT}/extensions"): [
        f"PUT {_ASSIGNMENT}/extensions/{{login}}",
        f"DELETE {_ASSIGNMENT}/extensions/{{login}}",
    ],
    # ---- staff
    ("GET", f"{_ASSIGNMENT}/groups"): [f"GET {_ASSIGNMENT}/groups"],
    ("POST", f"{_ASSIGNMENT}/groups"): [f"POST {_ASSIGNMENT}/groups"],
    ("POST", f"{_ASSIGNMENT}/groups/{{group}}/apart"): [f"DELETE {_ASSIGNMENT}/groups/{{group}}"],
    ("GET", f"{_SUBMISSION}/staff"): [f"GET {_SUBMISSION}/report"],
    ("GET", f"{_ASSIGNMENT}/submissions"): [f"GET {_ASSIGNMENT}/submissions"],
    ("GET", f"{_ASSIGNMENT}/grid"): [f"GET {_ASSIGNMENT}/grid"],
    ("GET", f"{_ASSIGNMENT}/failures"): [
        f"GET {_ASSIGNMENT}/failures",
        f"GET {_ASSIGNMENT}/comments",
    ],
    ("POST", f"{_ASSIGNMENT}/comments"): [f"POST {_ASSIGNMENT}/comments"],
    ("GET", f"{_SUBMISSION}/remarks"): [f"GET {_SUBMISSION}/remarks"],
    ("POST", f"{_SUBMISSION}/adjustments"): [f"POST {_SUBMISSION}/adjustments"],
    ("POST", "/adjustments/{id}/withdraw"): ["DELETE /adjustments/{id}"],
    ("POST", f"{_SUBMISSION}/comments"): [f"POST {_SUBMISSION}/comments"],
    ("POST", "/comments/{id}"): ["PUT /comments/{id}"],
    ("POST", "/comments/{id}/withdraw"): ["DELETE /comments/{id}"],
    ("POST", f"{_SUBMISSION}/again"): [f"POST {_SUBMISSION}/again"],
    ("GET", f"{_ASSIGNMENT}/regrades"): [f"GET {_ASSIGNMENT}/regrades"],
    ("POST", f"{_ASSIGNMENT}/regrades"): [f"POST {_ASSIGNMENT}/regrades"],
    ("POST", f"{_SUBMISSION}/regrade"): [f"POST {_SUBMISSION}/regrade"],
    ("GET", "/regrades/{id}"): ["GET /regrades/{id}", "GET /regrades/{id}/changes"],
    ("POST", "/regrades/{id}/commit"): ["POST /regrades/{id}/commit"],
    ("POST", "/regrades/{id}/drop"): ["POST /regrades/{id}/drop"],
    ("GET", f"{_ASSIGNMENT}/answers"): [
        f"GET {_ASSIGNMENT}/answers",
        f"GET {_ASSIGNMENT}/decisions",
    ],
    ("POST", f"{_ASSIGNMENT}/answers"): [f"POST {_ASSIGNMENT}/decisions"],
    ("POST", "/decisions/{id}/withdraw"): ["DELETE /decisions/{id}"],
    ("GET", f"{_ASSIGNMENT}/exports"): [f"GET {_ASSIGNMENT}/exports"],
    ("POST", f"{_ASSIGNMENT}/exports"): [f"POST {_ASSIGNMENT}/exports"],
    ("GET", f"{_ASSIGNMENT}/similar"): [f"GET {_ASSIGNMENT}/similar"],
    ("POST", f"{_ASSIGNMENT}/similar"): [f"POST {_ASSIGNMENT}/similar"],
    ("GET", "/likenesses/{id}"): ["GET /likenesses/{id}", "GET /likenesses/{id}/pairs"],
    ("GET", "/likenesses/{id}/pairs.csv"): ["GET /likenesses/{id}/pairs.csv"],
    ("GET", "/workers"): ["GET /workers"],
    ("GET", f"{_ASSIGNMENT}/troubles"): [f"GET {_ASSIGNMENT}/troubles"],
    ("POST", f"{_ASSIGNMENT}/troubles/again"): [f"POST {_ASSIGNMENT}/troubles/again"],
    ("POST", "/errands/{id}/again"): ["POST /errands/{id}/again"],
}
OF_PROGRAMS = "/api/v1"


def test_every_page_has_its_route_of_the_api_or_a_reason(site: Site) -> None:
    pages = {one for one in routes_of(site.app) if not one[1].startswith(OF_PROGRAMS)}

    assert pages == PAIRS.keys()


def test_the_routes_that_are_named_are_there(site: Site) -> None:
    """And none of the API is left that does what no page does, but those of programs alone."""
    there = {
        f"{method} {path.removeprefix(OF_PROGRAMS)}"
        for method, path in routes_of(site.app)
        if path.startswith(OF_PROGRAMS)
    }
    named = {one for pair in PAIRS.values() if isinstance(pair, list) for one in pair}

    assert named <= there
    assert there - named == {"GET /openapi.json"}

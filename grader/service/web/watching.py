"""What operators watch: /metrics, and a line in the log for each request."""

import hmac
import ipaddress
import logging
import os
import time
from pathlib import Path

from fastapi import APIRouter, Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from grader.service.metrics import KIND, Metrics
from grader.service.web.state import NotThere

TOKEN_FILE = "GRADER_METRICS_TOKEN_FILE"
OTHER = "other"
_QUIET = {"/healthz", "/metrics", "/static/{name}", "/favicon.ico"}
_FORWARDED = ("x-forwarded-for", "forwarded", "via")

routes = APIRouter(include_in_schema=False)
_log = logging.getLogger("grader.web")


@routes.get("/metrics")
def metrics(request: Request) -> Response:
    """What Prometheus collects; for who has the token, or is on this machine itself."""
    if not (_has_token(request) or _is_here(request)):
        raise NotThere("There is no such page.")
    found: Metrics = request.app.state.metrics
    return Response(found.text(), media_type=KIND)


def _has_token(request: Request) -> bool:
    path = os.environ.get(TOKEN_FILE, "")
    if not path:
        return False
    kind, _, sent = request.headers.get("authorization", "").partition(" ")
    token = Path(path).read_text(encoding="utf-8").strip()
    return (
        bool(token)
        and kind.lower() == "bearer"
        and hmac.compare_digest(sent.encode(), token.encode())
    )


def _is_here(request: Request) -> bool:
    """Return whether it comes from this machine, and not through a proxy on it."""
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


class Measured:
    """Counts every answer, and logs it, by its route and never by what was asked for."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start, status = time.monotonic(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._note(scope, status, time.monotonic() - start)
            await send(message)

        await self._app(scope, receive, noted)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        method, route = _method(scope), route_of(scope)
        self._metrics.note_request(method, route, status, seconds)
        if route not in _QUIET:
            fields = {
                "method": method,
                "route": route,
                "status": status,
                "milliseconds": round(seconds * 1000, 1),
            }
            _log.info("request", extra={"fields": fields})


def route_of(scope: Scope) -> str:
    """Return the path as it is written in the code; the path that was asked for may be a secret."""
    route = scope.get("route")
    return str(getattr(route, "path", OTHER))


def _method(scope: Scope) -> str:
    """Return the method, if it is a usual one: whoever asks could make up any number of others."""
    usual = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
    return scope["method"] if scope["method"] in usual else OTHER

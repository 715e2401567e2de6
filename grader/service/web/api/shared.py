"""What all of /api/v1 has in common: numbers, refusals, and how a token is sent."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

from fastapi import APIRouter, Depends, Query, Request
from fastapi.security import HTTPBearer
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from grader.errors import UsageError
from grader.service import limits
from grader.service.submitting import TooMany
from grader.service.tables import Person, now
from grader.service.web.state import Service, Who

MOST = 2**31 - 1  # what a database's number holds
Id = Annotated[int, Field(ge=0, le=MOST)]
# Of lists that can be long: see `Page`.
After = Annotated[int, Query(ge=0, le=MOST, description="`next` of the answer before.")]
Limit = Annotated[int, Query(ge=1, le=500, description="How many at most.")]
Item = TypeVar("Item")
Shown = TypeVar("Shown")
ZIP: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A zip archive.",
        "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("holds a character that is none of a text")
    return text


Line = Annotated[str, Field(max_length=200), AfterValidator(_without_nul)]


class ErrorOut(BaseModel):
    """Why something was refused: one sentence."""

    error: str


class Sent(BaseModel):
    """What is sent to us: a name that we do not know is a mistake, and told."""

    model_config = ConfigDict(extra="forbid")


ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"model": ErrorOut, "description": "Refused: not understood, or against a rule."},
    401: {"model": ErrorOut, "description": "No token, or one that is not, or no longer, right."},
    404: {"model": ErrorOut, "description": "There is no such thing, or it is not for you."},
    413: {"model": ErrorOut, "description": "Too large to be taken in."},
    422: {"model": ErrorOut, "description": "A parameter is not as it must be."},
    429: {
        "model": ErrorOut,
        "description": "Too many in one minute; try again after as many seconds as are told.",
        "headers": {
            "Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 1}}
        },
    },
    503: {"model": ErrorOut, "description": "Not now; try again in a minute."},
}
_token = HTTPBearer(auto_error=False, description="Made on one's account page.")


def paced(service: Service, viewer: Who) -> None:
    """Count a request of a person's, whatever it asks for; raises TooMany."""
    whose = f"person {viewer.person}"
    if service.pace.is_too_much(service.base, limits.REQUESTS, whose, now()):
        most = limits.A_MINUTE[limits.REQUESTS]
        raise TooMany(f"There were more than {most} requests of yours in one minute.")


def only_known(request: Request) -> None:
    """Refuse a parameter that the route does not have: it would do nothing, unsaid."""
    known = {one.alias for one in request.scope["route"].dependant.query_params}
    for name in request.query_params:
        if name not in known:
            raise UsageError(f"{name[:100]!r} is no parameter here.")


def router(about: str) -> APIRouter:
    """Return a router for a part of the API. about: its name in the description."""
    return APIRouter(
        prefix="/api/v1",
        tags=[about],
        responses=ERRORS,
        dependencies=[Depends(_token), Depends(paced), Depends(only_known)],
    )


class PersonOut(BaseModel):
    """Who someone is."""

    id: int
    login: str
    name: str


class Page(BaseModel, Generic[Item]):
    """A part of a list. next: to be sent as `after` for the part that follows; null at the end."""

    items: list[Item]
    next: int | None


def page_of(
    found: Sequence[Item], after: int, limit: int, shown: Callable[[Item], Shown]
) -> Page[Shown]:
    """Return a part of a list that is known as a whole, each item as it is shown."""
    end = after + limit
    return Page(
        items=[shown(one) for one in found[after:end]],
        next=end if end < len(found) else None,
    )


def person_out(row: Person) -> PersonOut:
    """Return someone as the API tells of them, to their staff alone."""
    return PersonOut(id=row.id, login=row.login, name=row.name)

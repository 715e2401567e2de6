"""What all of /api/v1 has in common: numbers, refusals, and how a token is sent."""

from collections.abc import Callable, Iterable
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Query
from fastapi.security import HTTPBearer
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from grader.service import limits
from grader.service.submitting import TooMany
from grader.service.tables import now
from grader.service.web.state import Service, Who

MAX_PAGE = 500
Id = Annotated[int, Field(ge=0, le=2**31 - 1)]  # what a database's number holds

ZIP: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A zip archive.",
        "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
    }
}
Item = TypeVar("Item")


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


class Part(Sent):
    """Which part of a long list. limit: how many at most. after: those of a greater number."""

    limit: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 100
    after: Id = 0


Of = Annotated[Part, Query()]
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


def router(about: str) -> APIRouter:
    """Return a router for a part of the API. about: its name in the description."""
    return APIRouter(
        prefix="/api/v1",
        tags=[about],
        responses=ERRORS,
        dependencies=[Depends(_token), Depends(paced)],
    )


def paged(items: Iterable[Item], number: Callable[[Item], int], part: Part) -> list[Item]:
    """Return a part of a list by numbers: ask for the next part after the last of this one."""
    later = (item for item in items if number(item) > part.after)
    return sorted(later, key=number)[: part.limit]

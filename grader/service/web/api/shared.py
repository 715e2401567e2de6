"""What all of /api/v1 has in common: numbers, refusals, and how a token is sent."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.security import HTTPBearer
from pydantic import BaseModel, Field

Id = Annotated[int, Field(ge=0, le=2**31 - 1)]  # what a database's number holds


class ErrorOut(BaseModel):
    """Why something was refused: one sentence."""

    error: str


ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"model": ErrorOut, "description": "Refused: not understood, or against a rule."},
    401: {"model": ErrorOut, "description": "No token, or one that is not, or no longer, right."},
    404: {"model": ErrorOut, "description": "There is no such thing, or it is not for you."},
    422: {"model": ErrorOut, "description": "A parameter is not as it must be."},
    503: {"model": ErrorOut, "description": "Not now; try again in a minute."},
}
_token = HTTPBearer(auto_error=False, description="Made on one's account page.")


def router(about: str) -> APIRouter:
    """Return a router for a part of the API. about: its name in the description."""
    return APIRouter(
        prefix="/api/v1", tags=[about], responses=ERRORS, dependencies=[Depends(_token)]
    )

"""What a form sends, as a model of rules reads it, and what such a model says of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from grader.errors import UsageError

Rules = TypeVar("Rules", bound=BaseModel)


def read(
    model: type[Rules], values: Mapping[str, str], moments: frozenset[str], **more: Any
) -> Rules:
    """Return the rules that a form's fields make; one that is empty is not there.

    moments: fields of a day and time, in UTC as the form says. more: values that are no text.
    Raises UsageError with a sentence about the first that is wrong.
    """
    sent: dict[str, Any] = {name: value for name, value in values.items() if value.strip()}
    for name in moments & sent.keys():
        sent[name] = f"{sent[name]}Z"
    try:
        return model.model_validate(sent | more)
    except ValidationError as error:
        first = error.errors()[0]
        said = ".".join(map(str, first["loc"])) + f": {first['msg']}"
        raise UsageError(said.lstrip(": ")) from error


def shown(rules: BaseModel, moments: frozenset[str]) -> dict[str, str]:
    """Return rules as a form's fields hold them."""
    values = {name: "" if value is None else str(value) for name, value in rules}
    for name in moments:
        moment: datetime | None = getattr(rules, name)
        values[name] = moment.strftime("%Y-%m-%dT%H:%M") if moment else ""
    return values

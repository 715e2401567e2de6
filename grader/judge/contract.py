"""Whether an answer has the form that was asked for; its content is the hidden test's business.

Strict where a lazy comparison lets wrong answers through (`True` for 1, shape (0, 3) for
(1, 3)), lenient where right answers differ in form (an int where a float is asked for).
"""

import re
import types
import typing
from typing import Any

import numpy as np
import torch

from grader.errors import WrongAnswer

MAX_DESCRIPTION = 200
MAX_KEY = 40


def check_annotation(got: object, annotation: object, place: str = "the answer") -> None:
    """Check the answer against a return annotation of the solution.

    Known are int, float, complex, bool, str, bytes, None, list[X], tuple[X, ...], tuple[X, Y],
    dict[str, X], unions, TypedDict, torch.Tensor and numpy.ndarray; anything else is not
    checked. Raises WrongAnswer naming what was expected and what was found.
    """
    if not _fits(got, annotation):
        problem = _first_problem(got, annotation, place)
        raise WrongAnswer(problem or f"{place} is {describe(got)}; expected {_name(annotation)}")


def check_structure(got: object, want: object, place: str = "the answer") -> None:
    """Check that the answer has the structure, shapes and dtypes of the reference's.

    Raises WrongAnswer naming the first place where it has not.
    """
    if isinstance(want, (torch.Tensor, np.ndarray)):
        if type(got) is not type(want) or got.dtype != want.dtype or got.shape != want.shape:
            _refuse(got, want, place)
    elif isinstance(want, dict):
        if not isinstance(got, dict):
            _refuse(got, want, place)
        _check_keys(got, want.keys(), want.keys(), place)
        for key, item in want.items():
            check_structure(got[key], item, f"{place}[{key!r}]")
    elif isinstance(want, list):
        if not isinstance(got, list) or len(got) != len(want):
            _refuse(got, want, place)
        for i, (one, other) in enumerate(zip(got, want, strict=True)):
            check_structure(one, other, f"{place}[{i}]")
    elif isinstance(want, float):
        if type(got) not in (int, float):
            _refuse(got, want, place)
    elif type(got) is not type(want):
        _refuse(got, want, place)


def describe(value: object) -> str:
    """Return a value's form in words: type, dtype, shape, length; never the value itself."""
    if isinstance(value, torch.Tensor):
        dtype = str(value.dtype).removeprefix("torch.")
        return f"a tensor of dtype {dtype} and shape {tuple(value.shape)}"
    if isinstance(value, np.ndarray):
        return f"an array of dtype {value.dtype} and shape {value.shape}"
    if isinstance(value, dict):
        return f"a dict of {len(value)} keys"
    if isinstance(value, list):
        return f"a list of length {len(value)}"
    if value is None:
        return "None"
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _refuse(got: object, want: object, place: str) -> typing.NoReturn:
    raise WrongAnswer(f"{place} is {describe(got)}; expected {describe(want)}")


def _check_keys(
    got: dict[str, Any],
    required: typing.Collection[str],
    allowed: typing.Collection[str],
    place: str,
) -> None:
    lacking = [key for key in allowed if key in required and key not in got]
    extra = [key for key in got if key not in allowed]
    if lacking:
        raise WrongAnswer(f"{place} lacks the key {_listed(lacking)}")
    if extra:
        raise WrongAnswer(f"{place} has the key {_listed(extra)}, which was not asked for")


def _listed(keys: list[str]) -> str:
    return ", ".join(repr(key) for key in keys)[:MAX_DESCRIPTION]


def _fits(got: object, annotation: object) -> bool:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation in (None, types.NoneType):
        return got is None
    if annotation is float:
        return type(got) in (int, float)
    if annotation in (int, bool, str, bytes, complex, torch.Tensor, np.ndarray):
        return type(got) is annotation
    if origin in (typing.Union, types.UnionType):
        return any(_fits(got, option) for option in arguments)
    if origin is np.ndarray:
        return isinstance(got, np.ndarray)
    if origin in (list, tuple, dict) or typing.is_typeddict(annotation):
        return _is_container(got, annotation) and all(
            _fits(item, own) for _, item, own in _items(got, annotation)
        )
    return True


def _is_container(got: object, annotation: Any) -> bool:
    """Return whether the answer is the container that is asked for, whatever it holds."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if typing.is_typeddict(annotation):
        allowed = typing.get_type_hints(annotation).keys()
        return isinstance(got, dict) and annotation.__required_keys__ <= got.keys() <= allowed
    if origin is tuple and Ellipsis not in arguments:
        return isinstance(got, list) and len(got) == len(arguments)
    return isinstance(got, dict if origin is dict else list)


def _items(got: object, annotation: Any) -> list[tuple[object, object, object]]:
    """Return the items of a container: key or index, the item, and what is asked of it."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if isinstance(got, dict):
        if typing.is_typeddict(annotation):
            hints = typing.get_type_hints(annotation)
            return [(key, got[key], own) for key, own in hints.items() if key in got]
        if origin is dict and arguments:
            return [(key, item, arguments[1]) for key, item in got.items()]
    if isinstance(got, list) and origin in (list, tuple) and arguments:
        is_alike = origin is list or Ellipsis in arguments
        kinds = arguments[:1] * len(got) if is_alike else arguments
        return [(i, item, own) for i, (item, own) in enumerate(zip(got, kinds, strict=False))]
    return []


def _first_problem(got: object, annotation: Any, place: str) -> str:
    """Return the innermost place that does not fit, in words; empty if it is the answer itself."""
    try:
        if isinstance(got, dict) and typing.is_typeddict(annotation):
            allowed = typing.get_type_hints(annotation)
            _check_keys(got, annotation.__required_keys__, allowed, place)
        if _is_container(got, annotation):
            for key, item, own in _items(got, annotation):
                check_annotation(item, own, f"{place}[{repr(key)[:MAX_KEY]}]")
    except WrongAnswer as problem:
        return problem.feedback
    return ""


def _name(annotation: object) -> str:
    if annotation in (None, types.NoneType):
        return "None"
    if annotation is torch.Tensor:
        return "a tensor"
    if annotation is np.ndarray:
        return "an array"
    if isinstance(annotation, type) and not typing.get_args(annotation):
        name = annotation.__name__
        if typing.is_typeddict(annotation):
            return f"a dict with the keys {_listed(list(typing.get_type_hints(annotation)))}"
        return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
    return re.sub(r"(\w+\.)+", "", str(annotation))  # torch.Tensor: to students, a Tensor

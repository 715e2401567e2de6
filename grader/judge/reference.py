"""The solution, in the judge, answering from its own copies of what it is asked."""

import importlib.util
import sys
import types
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any

from torch import Tensor

from grader import wire
from grader.cell import modules
from grader.errors import JudgeError, WireError


class Solution:
    """One task's solution, and the probes of given.py run on it."""

    def __init__(self, task: str, module: types.ModuleType, given: types.ModuleType | None) -> None:
        self._task = task
        self._module = module
        self._given = given
        self._known: dict[bytes, bytes] = {}
        self._annotations: dict[tuple[wire.Whose, str], Any] = {}

    def answer(self, frame: bytes) -> Any:
        """Return what the solution answers to a call, given as it crosses the wire.

        The same call is computed once: its answer is remembered, as a frame, and made anew.
        """
        known = self._known.get(frame)
        if known is None:
            call = typing.cast(wire.Call, wire.decode_frame(frame))
            if call.whose == "given":
                value = self.named_given(call.name)(self._module, *call.args, **call.kwargs)
            elif call.whose == "modules":
                value = self._module_answer(call)
            else:
                value = self.named(call.name)(*call.args, **call.kwargs)
            known = wire.encode(wire.Returned(id=0, value=value))
            self._known[frame] = known
        return typing.cast(wire.Returned, wire.decode_frame(known)).value

    def forget(self) -> None:
        """Have every answer worked out anew."""
        self._known.clear()

    @property
    def file(self) -> str:
        """Where the solution stands, as its frames name it."""
        return self._module.__file__ or ""

    def _module_answer(self, call: wire.Call) -> Any:
        self.named(call.name)  # raises if it has none
        try:
            return modules.answer(self._module, call.name, *call.args, **call.kwargs)
        except modules.Unfit as unfit:
            raise JudgeError(f"the solution of {self._task!r}: {unfit}") from unfit

    def value(self, name: str) -> Any:
        """Return a module-level value as it arrives at the other end of the wire."""
        frame = wire.encode(wire.Returned(id=0, value=self.named(name)))
        return typing.cast(wire.Returned, wire.decode_frame(frame)).value

    def named(self, name: str) -> Any:
        """Return what the solution has under that name; raises JudgeError if it has nothing."""
        if not hasattr(self._module, name):
            raise JudgeError(f"the solution of {self._task!r} has no {name!r}")
        return getattr(self._module, name)

    def named_given(self, name: str) -> Callable[..., Any]:
        """Return the function of given.py; raises JudgeError if there is none."""
        function = getattr(self._given, name, None)
        if not callable(function):
            raise JudgeError(f"given.py has no function {name!r}")
        return typing.cast(Callable[..., Any], function)

    def annotation(self, name: str, *, whose: wire.Whose = "answers") -> Any:
        """Return the form the answer must have: a return annotation, or a constant's."""
        if (whose, name) not in self._annotations:
            owner = self.named_given(name) if whose == "given" else self.named(name)
            hints = typing.get_type_hints(owner if callable(owner) else self._module)
            self._annotations[whose, name] = hints.get("return" if callable(owner) else name, Any)
        return self._annotations[whose, name]

    def module_annotation(self, name: str, question: modules.Question) -> Any:
        """Return the form of the answer to a question about a class of modules."""
        if question == "state":
            return dict[str, Tensor]
        if question == "vjp":
            return modules.VectorJacobian
        if ("modules", name) not in self._annotations:
            forward = getattr(self.named(name), "forward", None)
            hints = typing.get_type_hints(forward) if forward is not None else {}
            self._annotations["modules", name] = hints.get("return", Any)
        return self._annotations["modules", name]

    def is_constant(self, name: str) -> bool:
        """Return whether the name is a value rather than a function."""
        return not callable(self.named(name))


def packed(
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    name: str,
    *,
    call_id: int = 0,
    seed: int = 0,
    whose: wire.Whose = "answers",
) -> bytes:
    """Return the call as a frame; raises JudgeError if an argument cannot cross."""
    call = wire.Call(id=call_id, name=name, args=list(args), kwargs=kwargs, seed=seed, whose=whose)
    try:
        return wire.encode(call)
    except WireError as error:
        raise JudgeError(f"{name}: an argument of the hidden test: {error}") from error


def load(path: Path, name: str) -> types.ModuleType:
    """Return the file as a module of that name, run.

    Raises JudgeError if it cannot be run.
    """
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise JudgeError(f"{path}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise JudgeError(f"{path}: {type(error).__name__}: {error}") from error
    return module

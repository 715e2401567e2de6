"""`student.module("Encoder", 4, seed=1)`: a handle to a class of modules, which hidden tests ask.

A handle is what the module is built from and nothing else; the module itself never leaves the
cell, and does not outlive a question.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch

from grader.cell.modules import Question, Recipe
from grader.errors import JudgeError
from grader.judge.conditions import Precision
from grader.judge.precision import in_precision
from grader.wire import TORCH_DTYPES


@dataclass(frozen=True, repr=False)
class Handle:
    """A class of modules and its recipe. Staff read it in a failed assertion as it was made.

    ask: sends a question to whoever has the class, as the arguments of `cell.modules.answer`, and
    checks the form of what comes back. Of `both`, every answer is a pair `got, want`.
    """

    words: str
    ask: Callable[..., Any]
    recipe: Recipe
    precision: Precision

    def __repr__(self) -> str:
        return self.words

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return what the module answers to these arguments."""
        return self._answer("call", args, kwargs)

    def state(self) -> Any:
        """Return its state dict: tensors by name."""
        return self._answer("state", (), {})

    def vjp(self, *args: Any, upstream: Any, **kwargs: Any) -> Any:
        """Return the output, and the gradients of the sum of output times upstream.

        upstream: in the structure of the output; None leaves a tensor of it out.
        Result: {"output", "inputs", "parameters"}, see `cell.modules.VectorJacobian`.
        """
        if upstream is None:
            raise JudgeError(f"{self.words}.vjp: no upstream; expected one like the output")
        return self._answer("vjp", args, kwargs, upstream)

    def with_state(self, state: Mapping[str, Any]) -> "Handle":
        """Return a handle that loads this state first; names and shapes must be the same."""
        for key, one in state.items():
            if not isinstance(one, torch.Tensor):
                kind = type(one).__name__
                raise JudgeError(f"{self.words}.with_state: {key!r} is {kind}; expected a tensor")
        return self._changed(".with_state(…)", state=dict(state))

    def eval(self) -> "Handle":
        """Return a handle in evaluation mode: no dropout, running means used."""
        return self._changed(".eval()", training=False)

    def to(self, dtype: torch.dtype) -> "Handle":
        """Return a handle whose floating-point parameters and buffers have this dtype."""
        name = str(dtype).removeprefix("torch.")
        if name not in TORCH_DTYPES or not dtype.is_floating_point:
            raise JudgeError(f"{self.words}.to: dtype {dtype}; expected a floating-point one")
        return self._changed(f".to({dtype})", dtype=name)

    def _changed(self, words: str, **fields: Any) -> "Handle":
        return replace(self, words=self.words + words, recipe=replace(self.recipe, **fields))

    def _answer(
        self,
        question: Question,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        upstream: Any = None,
    ) -> Any:
        recipe = self.recipe
        if self.precision != "as_asked":
            recipe = replace(recipe, dtype=self.precision)
        asked = [vars(recipe), args, kwargs, upstream]
        return self.ask(question, *in_precision(asked, self.precision))

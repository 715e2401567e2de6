"""Questions about a student's class of modules (`torch.nn.Module`), answered with data.

For each question the module is built anew from a recipe: nothing is kept between two of them, so
that a cell that died and was replaced answers as the first one would have. This runs beside the
student's code, where all of it can be changed: what it answers is a claim. The solution's answers
come by the same code, in the judge.
"""

import random
import types
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, TypedDict

import numpy as np
import torch
from torch import Tensor, nn

from grader.cell.seeds import reseed

Question = Literal["call", "state", "vjp"]
MAX_NAMES = 6


class Unfit(Exception):
    """What has the name is no module, or no state or upstream of that form belongs to it."""


class VectorJacobian(TypedDict):
    """The output, and the gradients of the sum of output times upstream.

    inputs: in the structure of the inputs, None for what has no gradient. parameters: by name.
    """

    output: Any
    inputs: list[Any]
    parameters: dict[str, Tensor]


@dataclass(frozen=True)
class Recipe:
    """What a module is built from.

    args, kwargs: of its class. seed: where `random`, numpy and torch begin, when it is built and
    again when it is asked. dtype: what its floating-point parameters and buffers are made, by
    torch's name; None leaves them. state: loaded last, strictly. training: its mode.
    """

    args: list[Any]
    kwargs: dict[str, Any]
    seed: int = 0
    dtype: str | None = None
    state: dict[str, Tensor] | None = None
    training: bool = True


def answer(
    answers: types.ModuleType,
    name: str,
    question: Question,
    recipe: dict[str, Any],
    args: list[Any],
    kwargs: dict[str, Any],
    upstream: Any,
) -> Any:
    """Return the answer of the module that `answers` has under that name.

    recipe: the fields of a `Recipe`. args, kwargs, upstream: of the question.
    Raises Unfit, AttributeError if `answers` has no such name, and whatever the module raises.
    """
    own = Recipe(**recipe)
    with _seeded(own.seed):
        module = _built(getattr(answers, name), name, own)
    with _seeded(own.seed):
        if question == "state":
            return dict(module.state_dict())
        if question == "call":
            return module(*args, **kwargs)
        return _vector_jacobian(module, name, args, kwargs, upstream)


def rehearsal() -> list[list[Any]]:
    """Return one question of each kind to a module of one number, as the `args` of a call."""
    x, recipe = torch.ones(2, 3), vars(Recipe([3], {}))
    return [
        ["call", recipe, [x], {}, None],
        ["state", recipe, [], {}, None],
        ["vjp", recipe, [x], {}, x],
    ]


def _built(kind: Any, name: str, recipe: Recipe) -> nn.Module:
    if not callable(kind):
        raise Unfit(f"`{name}` is {_kind(kind)}; expected a class of torch.nn.Module")
    module = kind(*recipe.args, **recipe.kwargs)
    if not isinstance(module, nn.Module):
        raise Unfit(f"`{name}(…)` gives {_kind(module)}; expected a torch.nn.Module")
    if recipe.dtype is not None:
        module = module.to(getattr(torch, recipe.dtype))
    if recipe.state is not None:
        _check_state(module.state_dict(), recipe.state, name)
        module.load_state_dict(recipe.state)
    return module.train(recipe.training)


def _check_state(own: Mapping[str, Any], state: Mapping[str, Tensor], name: str) -> None:
    """Raise Unfit unless the module's own state has the names and shapes of the one to load."""
    lacking = [key for key in state if key not in own]
    extra = [key for key in own if key not in state]
    found = []
    if lacking:
        found.append(f"`{name}` lacks {_listed(lacking)}")
    if extra:
        found.append(f"`{name}` has {_listed(extra)}, which the state does not have")
    for key in state.keys() & own.keys():
        shape, expected = getattr(own[key], "shape", None), state[key].shape
        if shape is not None and tuple(shape) != tuple(expected):
            found.append(f"`{key}` has shape {tuple(shape)}; expected {tuple(expected)}")
    if found:
        raise Unfit("; ".join(["the state cannot be loaded", *sorted(found)]))


def _vector_jacobian(
    module: nn.Module, name: str, args: list[Any], kwargs: dict[str, Any], upstream: Any
) -> VectorJacobian:
    """Return output and gradients, zeros where the output does not depend on something.

    Raises Unfit if the upstream is not of the output's form, or autograd knows of no way back.
    """
    inputs: list[Tensor] = []

    def leaf(x: Tensor) -> Tensor:
        inputs.append(x.detach().clone().requires_grad_())
        return inputs[-1]

    leaves = [_mapped(arg, leaf) for arg in args]
    parameters = {key: one for key, one in module.named_parameters() if one.requires_grad}
    with torch.enable_grad():  # whatever the student's file has set
        output = module(*leaves, **kwargs)
        terms = list(_terms(output, upstream, "the output"))
        if not any(term.requires_grad for term in terms):
            raise Unfit(
                f"autograd finds no way from the output of `{name}` back to its inputs or "
                "parameters; detach, no_grad, .data and numpy cut it"
            )
        total = torch.stack([term for term in terms if term.requires_grad]).sum()
        gradients = torch.autograd.grad(
            total, [*inputs, *parameters.values()], materialize_grads=True
        )
    of_inputs = iter(gradients)
    return {
        "output": output,
        "inputs": [_mapped(arg, lambda x: next(of_inputs), None) for arg in args],
        "parameters": dict(zip(parameters, gradients[len(inputs) :], strict=True)),
    }


def _terms(output: Any, upstream: Any, place: str) -> Iterator[Tensor]:
    """Yield Σ output·upstream for each tensor of the output; one of upstream None is left out."""
    if upstream is None:
        return
    if isinstance(upstream, Tensor):
        if not isinstance(output, Tensor) or output.shape != upstream.shape:
            shape = getattr(output, "shape", None)
            found = _kind(output) if shape is None else f"a tensor of shape {tuple(shape)}"
            raise Unfit(f"{place} is {found}; expected a tensor of shape {tuple(upstream.shape)}")
        yield (output * upstream).sum().to(torch.float64)
    elif isinstance(upstream, dict):
        for key, own in upstream.items():
            if not isinstance(output, dict) or key not in output:
                raise Unfit(f"{place} has no key {key!r}")
            yield from _terms(output[key], own, f"{place}[{key!r}]")
    else:
        if not isinstance(output, (list, tuple)) or len(output) != len(upstream):
            raise Unfit(f"{place} is {_kind(output)}; expected a tuple of {len(upstream)}")
        for i, own in enumerate(upstream):
            yield from _terms(output[i], own, f"{place}[{i}]")


_SAME: Any = object()


def _mapped(value: Any, work: Callable[[Tensor], Any], other: Any = _SAME) -> Any:
    """Return nested lists and dicts with `work` done on floating-point tensors.

    Anything else stays, or becomes `other`.
    """
    if isinstance(value, dict):
        return {key: _mapped(item, work, other) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_mapped(item, work, other) for item in value]
    if isinstance(value, Tensor) and value.is_floating_point():
        return work(value)
    return value if other is _SAME else other


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Have the global generators begin at a seed for a block, and be as before it afterwards."""
    before = random.getstate(), np.random.get_state(), torch.default_generator.get_state()
    try:
        reseed(seed)
        yield
    finally:
        random.setstate(before[0])
        np.random.set_state(before[1])
        torch.default_generator.set_state(before[2])


def _kind(value: Any) -> str:
    return "None" if value is None else f"a value of type {type(value).__name__}"


def _listed(names: list[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:MAX_NAMES])
    return shown if len(names) <= MAX_NAMES else f"{shown} and {len(names) - MAX_NAMES} more"

"""The verb for random weights: were they drawn, independently, from the law asked for?"""

import itertools
import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import torch

from grader.errors import WrongAnswer
from grader.testing.laws import (
    LOG_2,
    Law,
    Moment,
    Vector,
    log_bennett_tail,
    log_chi_square_tail,
    log_normal_tail,
    times,
)

BASIS_ROWS = 16
LARGE = 1e6  # standard deviations; farther ones are as wrong, and their squares could overflow
ENOUGH = 100  # weights from which on the moments' joint density is nearly the normal one
# A wrong mean or scale shows in these as well, and a wrong law in the bound.
FOLLOWS = {"law": 1, "tail": 1, "bound": 2}
NO_HINTS: Mapping[str, str] = MappingProxyType({})


def assert_drawn_from(
    sample: Any,
    law: Law,
    *,
    shape: Sequence[int] | None = None,
    false_fail: float = 1e-8,
    hint: str = "",
    hints: Mapping[str, str] = NO_HINTS,
) -> None:
    """Check that a tensor, or every tensor of a list of successive draws, was drawn from `law`.

    All entries must be independent of each other, within a draw and from one draw to the next.
    shape: that of each draw; without it, all must have the first one's.
    false_fail: the probability, at most, that a right sampler fails this call; every moment is
        held against its equal share. The sum over the calls of a submission is what counts.
    hints: from the name of a moment (`Moment.name`) to its hint; `hint` for all others.

    Raises WrongAnswer naming the moment that is least likely, and by how many standard errors it
    is off; the law, the tail and the bound only if mean and scale are right.
    16 000 weights find a standard deviation that is 6 % off, a uniform law of the right variance
    for a normal one, and a normal law cut at two standard deviations and rescaled.
    """
    found = moments(_as_draws(sample, shape, hint), law)
    limit = math.log(false_fail / len(found))
    unlikely = sorted(
        (m for m in found if m.log_p < limit), key=lambda m: (FOLLOWS.get(m.name, 0), m.log_p)
    )
    if unlikely:
        worst = unlikely[0]
        raise WrongAnswer(
            worst.found,
            hint=hints.get(worst.name, hint),
            staff="; ".join(f"{m.name}: p <= 1e{m.log_p / math.log(10):.0f}" for m in unlikely),
        )


def moments(draws: Vector, law: Law) -> list[Moment]:
    """Return all that is looked at, for draws (draws, rows, columns) of one law."""
    with np.errstate(over="ignore"):
        x = np.clip(draws / law.std, -LARGE, LARGE)
    flat = x.reshape(len(x), -1)
    sums, squares = flat.sum(axis=1), np.einsum("kn,kn->k", flat, flat)
    count = flat.shape[1]
    found = [
        _mean(float(sums.sum()), x.size),
        _scale(float(squares.sum()), x.size, law),
        *law.form(x.reshape(-1)),
        *_rows(x),
        _neighbours(x),
    ]
    if len(x) > 1:
        found.append(_successive(flat))
    if count >= ENOUGH:
        mean_scores = sums / math.sqrt(count)
        scale_scores = (squares - count) / math.sqrt(law.square_variance * count)
        found.append(_too_good(float((mean_scores**2 + scale_scores**2).sum()), len(x)))
    return found


def _as_draws(sample: Any, shape: Sequence[int] | None, hint: str) -> Vector:
    """Return the draws as float64 (draws, rows, columns), an axis of rows being the first."""
    parts = list(sample) if isinstance(sample, (list, tuple)) else [sample]
    if not parts:
        raise WrongAnswer("there is no draw", hint=hint)
    arrays = [_as_array(part, hint) for part in parts]
    wanted = tuple(arrays[0].shape if shape is None else shape)
    for array in arrays:
        if array.shape != wanted:
            raise WrongAnswer(f"the weights have shape {array.shape}; expected {wanted}", hint=hint)
        if array.size < 2:
            raise WrongAnswer("the weights are fewer than two", hint=hint)
        if not np.isfinite(array).all():
            raise WrongAnswer("the weights are not all finite", hint=hint)
        if array.min() == array.max():
            raise WrongAnswer("the weights are all equal", hint=hint)
    rows = wanted[0] if len(wanted) > 1 else 1
    return np.stack(arrays).reshape(len(arrays), rows, -1)


def _as_array(part: Any, hint: str) -> Vector:
    if isinstance(part, torch.Tensor) and part.dtype.is_floating_point:
        return np.asarray(part.detach().to(torch.float64).numpy())
    if isinstance(part, np.ndarray) and part.dtype.kind == "f":
        return part.astype(np.float64)
    kind = getattr(part, "dtype", type(part).__name__)
    raise WrongAnswer(f"the weights are of type {kind}; expected real numbers", hint=hint)


def _mean(total: float, count: int) -> Moment:
    score = total / math.sqrt(count)
    side = "large" if score > 0 else "small"
    return Moment(
        "mean", log_normal_tail(score), f"the mean is {times(score)} standard errors too {side}"
    )


def _scale(squares: float, count: int, law: Law) -> Moment:
    score = (squares - count) / math.sqrt(law.square_variance * count)
    side = "large" if score > 0 else "small"
    return Moment(
        "scale",
        law.log_scale_tail(squares, count),
        f"the variance is {times(score)} standard errors too {side}",
    )


def _rows(x: Vector) -> list[Moment]:
    """Return how much of the last rows lies in the space of the first ones.

    Given m independent rows, the squared length of another one's projection on their space has
    mean m and variance 2m at most; it is χ² with m degrees of freedom for the normal law and has
    no larger moment generating function for the uniform one. It is 0 if rows are orthogonal, and
    all of the row if they are repeated.
    """
    draws, rows, columns = x.shape
    m = min(BASIS_ROWS, rows // 2, columns // 2)
    if m == 0:
        return []
    first, last = x[:, :m], x[:, m:].transpose(0, 2, 1)
    try:
        basis = np.linalg.cholesky(first @ first.transpose(0, 2, 1))
        inside = float((np.linalg.solve(basis, first @ last) ** 2).sum())
    except np.linalg.LinAlgError:  # the first rows alone depend on each other
        inside = math.nan
    others = draws * (rows - m)
    mean = m * others
    score = (inside - mean) / math.sqrt(2 * mean)
    if not math.isfinite(score):
        return [Moment("rows", -math.inf, "rows depend on each other")]
    if score > 0:
        side, log_p = "large", log_chi_square_tail(inside, mean)
    else:
        side, log_p = "small", log_bennett_tail(mean - inside, 2 * mean, m)
    return [
        Moment(
            "rows",
            log_p,
            f"rows depend on each other: their products are {times(score)} standard errors "
            f"too {side}",
        )
    ]


def _neighbours(x: Vector) -> Moment:
    """Return the products of neighbours, in pairs that share no weight."""
    even_columns, even_rows = x.shape[2] // 2 * 2, x.shape[1] // 2 * 2
    along = _product_score(x[:, :, 0:even_columns:2], x[:, :, 1:even_columns:2])
    across = _product_score(x[:, 0:even_rows:2], x[:, 1:even_rows:2])
    score = max(abs(along), abs(across))
    return Moment(
        "neighbours",
        min(0.0, LOG_2 + log_normal_tail(score)),  # the larger one of two
        f"neighbouring weights are correlated, by {times(score)} standard errors",
    )


def _successive(flat: Vector) -> Moment:
    """Return the products of each draw with the next one.

    Given the draws before, each score has variance 1 and the tails of a normal one, so their
    sum over √(number of scores) has them too.
    """
    scores = [_product_score(one, other) for one, other in itertools.pairwise(flat)]
    score = sum(scores) / math.sqrt(len(scores))
    return Moment(
        "draws",
        log_normal_tail(score),
        f"successive draws are correlated, by {times(score)} standard errors",
    )


def _product_score(one: Vector, other: Vector) -> float:
    """Return Σ one·other / |one|: given `one`, of variance 1, exactly normal for the normal law."""
    length = math.sqrt(float(np.square(one).sum()))
    return float((one * other).sum()) / length if length > 0 else 0.0


def _too_good(radius_squared: float, draws: int) -> Moment:
    """Return how unlikely it is that mean and variance of all draws are that exact.

    The 2·draws scores have a joint density of 1/(2π)^draws at most, up to a share of 1/weights
    (local limit theorem; twice that is allowed here); times the volume of the ball they lie in.
    One draw is not enough to find moments that are only exact to float32.
    """
    log_ball = draws * math.log(radius_squared / 2) if radius_squared > 0 else -math.inf
    return Moment(
        "too_good",
        min(0.0, LOG_2 + log_ball - math.lgamma(draws + 1)),
        "mean and variance of the weights equal those of the law more closely than chance allows",
    )

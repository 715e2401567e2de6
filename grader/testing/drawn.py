"""The verb for random weights: were they drawn, independently, from the law asked for?

For where their randomness comes from, see `seeded`.
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import torch

from grader.errors import WrongAnswer
from grader.testing import budget
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
# A wrong mean or scale shows in these as well, a skewed law in its distance, a wrong law in the
# bound.
FOLLOWS = {"symmetry": 1, "law": 2, "tail": 2, "bound": 3}
NO_HINTS: Mapping[str, str] = MappingProxyType({})


def assert_drawn_from(
    sample: Any,
    law: Law,
    *,
    shape: Sequence[int] | None = None,
    false_fail: float | None = None,
    hint: str = "",
    hints: Mapping[str, str] = NO_HINTS,
) -> None:
    """Check that a tensor, or every tensor of a list of successive draws, was drawn from `law`.

    All entries must be independent of each other, within a draw and from one draw to the next.
    shape: that of each draw; without it, all must have the first one's.
    false_fail: the probability, at most, that a right sampler fails this call; every moment is
        held against its equal share. Without it, it is the call's share of what all the calls of
        a submission may have together (`budget`).
    hints: from the name of a moment (`Moment.name`) to its hint; `hint` for all others.

    Raises WrongAnswer naming the moment that is least likely, and by how many standard errors it
    is off; the law, the tail and the bound only if mean and scale are right.
    16 000 weights find a standard deviation that is 6 % off, a uniform law of the right variance
    for a normal one, and a normal law cut at two standard deviations and rescaled.
    """
    rate = budget.share(false_fail)  # asked first: a call is counted whatever it comes to
    found = moments(_as_draws(sample, shape, hint), law)
    limit = math.log(rate / len(found))
    unlikely = sorted(
        (m for m in found if m.log_p < limit), key=lambda m: (FOLLOWS.get(m.name, 0), m.log_p)
    )
    if unlikely:
        worst = unlikely[0]
        raise WrongAnswer(
            worst.found,
            hint=hints.get(worst.name, hint),
            staff="; ".join(f"{m.name}: p <= 1e{m.log_p / math.log(10):.0f}" for m in unlikely)
            + f"; a right sampler fails this call with p <= {rate:.2g}",
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
        _symmetry(flat, law),
        *law.form(x.reshape(-1)),
        *_lines("rows", x),
        *_lines("columns", x.transpose(0, 2, 1)),
        _neighbours(x),
    ]
    if len(x) > 1:
        found.append(_draws(flat))
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


def _symmetry(x: Vector, law: Law) -> Moment:
    """Return how unevenly an odd function of the weights lies around 0.

    Given their sizes, the signs of the weights are fair coins, whatever the symmetric law: the sum
    over its length has the tails of a normal score (Hoeffding 1963).
    """
    odd = law.odd(x)
    length = math.sqrt(float(np.square(odd).sum()))
    score = float(odd.sum()) / length if length > 0 else 0.0
    return Moment(
        "symmetry",
        log_normal_tail(score),
        f"the weights do not lie evenly around 0: they are skewed by {times(score)} standard "
        "errors",
    )


def _lines(name: str, x: Vector) -> list[Moment]:
    """Return how much of the last rows lies in the space of the first ones; name: what they are.

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
        return [Moment(name, -math.inf, f"{name} depend on each other")]
    if score > 0:
        side, log_p = "large", log_chi_square_tail(inside, mean)
    else:
        side, log_p = "small", log_bennett_tail(mean - inside, 2 * mean, m)
    return [
        Moment(
            name,
            log_p,
            f"{name} depend on each other: their products are {times(score)} standard errors "
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


def _draws(flat: Vector) -> Moment:
    """Return how draws depend on those before them: the next one a little, or any one much."""
    score = _successive_score(flat)
    near = f"successive draws are correlated, by {times(score)} standard errors"
    repeats = _log_repeats(flat)
    return min(
        Moment("draws", min(0.0, LOG_2 + log_normal_tail(score)), near),
        Moment("draws", min(0.0, LOG_2 + repeats), "a draw depends on an earlier one"),
        key=lambda moment: moment.log_p,
    )


def _successive_score(flat: Vector) -> float:
    """Return the products of each draw with the next one.

    Given the draws before, each score has variance 1 and the tails of a normal one, so their
    sum over √(number of scores) has them too.
    """
    scores = [_product_score(one, other) for one, other in itertools.pairwise(flat)]
    return sum(scores) / math.sqrt(len(scores))


def _log_repeats(flat: Vector) -> float:
    """Return how unlikely it is that draws lie that far in the space of those before them.

    Given the j draws before it, the squared length of a draw's projection on their space is χ² with
    j degrees of freedom for the normal law, and has no larger moment generating function for the
    uniform one; so the sum is χ² too. Of many draws the first ones span the space. It is all of a
    draw if it is repeated, or a mixture of others.
    """
    draws, weights = flat.shape
    m = min(BASIS_ROWS, draws - 1, weights // 2)
    if m == 0:
        return 0.0
    products = flat[:m] @ flat.T
    try:
        basis = np.linalg.cholesky(products[:, :m])
        inside = float(np.square(np.tril(basis, -1)).sum())
        inside += float(np.square(np.linalg.solve(basis, products[:, m:])).sum())
    except np.linalg.LinAlgError:  # the first draws alone depend on each other
        return -math.inf
    if not math.isfinite(inside):
        return -math.inf
    mean = m * (m - 1) // 2 + m * (draws - m)
    return log_chi_square_tail(inside, mean) if inside > mean else 0.0


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

"""Random weights: right samplers pass as often as is stated, wrong ones are found and named."""

import contextlib
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from scipy import stats
from torch import Tensor

from grader.errors import WrongAnswer
from grader.testing import budget
from grader.testing.drawn import assert_drawn_from, moments
from grader.testing.laws import (
    Law,
    Moment,
    Normal,
    Uniform,
    log_binomial_tail,
    log_chi_square_tail,
    log_kolmogorov_tail,
    log_normal_tail,
)

Sampler = Callable[[np.random.Generator, int], np.ndarray[Any, Any]]
SHAPE = (64, 256)
STD = 0.3
LAWS = {"normal": Normal(STD), "uniform": Uniform(STD * math.sqrt(3))}


def right(law: Law, rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """Return a sample by numpy, whose streams have nothing to do with torch's."""
    if isinstance(law, Normal):
        return rng.normal(0, law.std, shape)
    assert isinstance(law, Uniform)
    return rng.uniform(-law.bound, law.bound, shape)


def failure(sample: object, law: Law, **options: Any) -> WrongAnswer:
    with pytest.raises(WrongAnswer) as caught:
        assert_drawn_from(sample, law, **options)
    return caught.value


# --- The bounds against exact probabilities. A bound below the exact value would break the
# stated rate; one far above would cost power.

SCORES = [0.5, 1.0, 2.0, 3.0, 4.5, 6.0, 8.0]


@pytest.mark.parametrize("score", SCORES)
def test_normal_bound_is_above_the_exact_tail_and_near(score: float) -> None:
    exact = math.log(2) + stats.norm.logsf(score)

    assert exact <= log_normal_tail(score) <= max(exact + math.log(25), exact / 2)


@pytest.mark.parametrize("dof", [48, 4608, 49152])
@pytest.mark.parametrize("score", [*SCORES, *(-s for s in SCORES if s <= 4.5)])
def test_chi_square_bound_is_above_the_exact_tail_and_near(dof: int, score: float) -> None:
    value = dof + score * math.sqrt(2 * dof)
    exact = math.log(2) + (stats.chi2.logsf if score > 0 else stats.chi2.logcdf)(value, dof)

    assert exact <= log_chi_square_tail(value, dof) <= max(exact + math.log(30), exact / 2)


@pytest.mark.parametrize("trials", [4608, 49152])
@pytest.mark.parametrize("score", [*SCORES, *(-s for s in SCORES if s <= 3)])
def test_binomial_bound_is_above_the_exact_tail_and_near(trials: int, score: float) -> None:
    share = math.erfc(3 / math.sqrt(2))
    hits = round(trials * share + score * math.sqrt(trials * share))
    tail = stats.binom.logsf(hits - 1, trials, share)
    if score < 0:
        tail = stats.binom.logcdf(hits, trials, share)
    exact = min(0.0, math.log(2) + tail)

    assert exact <= log_binomial_tail(hits, trials, share) <= max(exact + math.log(40), exact / 2)


@pytest.mark.parametrize("distance", [0.005, 0.01, 0.02, 0.03])
def test_kolmogorov_bound_is_above_the_exact_tail_and_near(distance: float) -> None:
    exact = math.log(stats.kstwo.sf(distance, 4608))

    assert exact <= log_kolmogorov_tail(distance, 4608) <= exact + math.log(2)


@pytest.mark.parametrize("score", [0.5, 2.0, 4.0, 6.0])
@pytest.mark.parametrize("side", [1, -1])
def test_bound_of_uniform_squares_is_above_their_tail(score: float, side: int) -> None:
    """The exact tail of Σx² is not known; the normal one with the skewness of x² is near it."""
    count = 4608
    squares = count + side * score * math.sqrt(0.8 * count)
    skew = side * 0.64 / math.sqrt(count)
    tail = stats.norm.sf(score) * math.exp(skew * score**3 / 6)

    bound = LAWS["uniform"].log_scale_tail(squares, count)

    assert min(0.0, math.log(2 * tail)) <= bound <= math.log(2 * tail) + math.log(40)


def test_law_is_compared_on_a_grid_and_never_farther_than_everywhere() -> None:
    rng = np.random.default_rng(1)
    for name, cdf in (("normal", stats.norm.cdf), ("uniform", stats.uniform(-1, 2).cdf)):
        x = right(LAWS[name], rng, (1, *SHAPE))
        unit = x.ravel() / (STD if name == "normal" else STD * math.sqrt(3))
        everywhere = stats.kstest(unit, cdf).statistic

        bound = by_name(moments(x, LAWS[name]))["law"].log_p

        least = log_kolmogorov_tail(everywhere, x.size)
        most = log_kolmogorov_tail(everywhere - 2 / 128, x.size) if everywhere > 2 / 128 else 0.0
        assert least <= bound <= most


# --- Right samplers.


def by_name(found: list[Moment]) -> dict[str, Moment]:
    return {moment.name: moment for moment in found}


@pytest.mark.parametrize("name", LAWS)
def test_probabilities_are_not_too_small_for_right_samplers(name: str) -> None:
    """A p-value is below a with probability a at most, for each moment.

    1000 samples; four standard errors of a count are allowed for each of 60 counts.
    """
    law, rng, runs = LAWS[name], np.random.default_rng(2), 1000
    log_p: dict[str, list[float]] = {}
    for _ in range(runs):
        for moment in moments(right(law, rng, (3, 16, 128)), law):
            log_p.setdefault(moment.name, []).append(moment.log_p)

    assert len(log_p) == 10
    for values in log_p.values():
        for level in (0.1, 0.03, 0.01):
            hits = sum(value < math.log(level) for value in values)
            assert hits <= runs * level + 4 * math.sqrt(runs * level)


@pytest.mark.parametrize("rate, runs", [(0.05, 500), (0.01, 2000)])
@pytest.mark.parametrize("name", LAWS)
def test_stated_rate_of_false_alarms_is_kept(name: str, rate: float, runs: int) -> None:
    """At rates that can be measured, as at 1e-8, which cannot."""
    law, rng, alarms = LAWS[name], np.random.default_rng(3), 0
    for _ in range(runs):
        try:
            assert_drawn_from(list(right(law, rng, (3, 16, 128))), law, false_fail=rate)
        except WrongAnswer:
            alarms += 1

    assert alarms <= rate * runs


@pytest.mark.parametrize(
    "shape", [(16384,), (1, 5000), (5000, 1), (2, 2), (3, 5, 7), (32, 16, 3, 3), (128, 64)]
)
@pytest.mark.parametrize("name", LAWS)
def test_right_samplers_of_any_shape_and_float_type_pass(shape: tuple[int, ...], name: str) -> None:
    law, rng = LAWS[name], np.random.default_rng(4)

    for dtype in (torch.float64, torch.float32):
        draws = [torch.from_numpy(right(law, rng, shape)).to(dtype) for _ in range(2)]
        assert_drawn_from(draws, law, shape=shape)
        assert_drawn_from(draws[0], law)
        assert_drawn_from(draws[0].numpy(), law)


# --- Wrong samplers; all have 3 x 16 384 weights.


def normal(rng: np.random.Generator, std: float = STD) -> np.ndarray[Any, Any]:
    return rng.normal(0, std, SHAPE)


def truncated(rng: np.random.Generator, std: float) -> np.ndarray[Any, Any]:
    return stats.truncnorm.rvs(-2, 2, scale=std, size=SHAPE, random_state=rng)


def orthogonal(rng: np.random.Generator) -> np.ndarray[Any, Any]:
    return np.linalg.qr(normal(rng).T)[0].T * STD * math.sqrt(SHAPE[1])


def repeated_columns(rng: np.random.Generator) -> np.ndarray[Any, Any]:
    x = normal(rng)
    x[:, -24:] = x[:, :24]
    return x


def standardised(x: np.ndarray[Any, Any], ddof: int) -> np.ndarray[Any, Any]:
    single = x.astype(np.float32)
    return (single - single.mean()) / single.std(ddof=ddof) * np.float32(STD)


def smoothed(rng: np.random.Generator, axis: int) -> np.ndarray[Any, Any]:
    x = normal(rng)
    return (x + 0.1 * np.roll(x, 1, axis)) / math.sqrt(1.01)


EDGE = STD * math.sqrt(3)
WRONG_NORMAL: dict[str, tuple[str, Callable[[np.random.Generator], np.ndarray[Any, Any]]]] = {
    "std too large by 4.5 %": ("scale", lambda rng: normal(rng, STD * 1.045)),
    "std too small by 4.5 %": ("scale", lambda rng: normal(rng, STD / 1.045)),
    "std squared": ("scale", lambda rng: normal(rng, STD**2)),
    "gain inside the root": ("scale", lambda rng: normal(rng, STD * 2**-0.25)),
    "std too large by √2": ("scale", lambda rng: normal(rng, STD * math.sqrt(2))),
    "off centre": ("mean", lambda rng: normal(rng) + 0.05 * STD),
    "truncated": ("scale", lambda rng: truncated(rng, STD)),
    "truncated and rescaled": ("tail", lambda rng: truncated(rng, STD / 0.87962566)),
    "uniform": ("law", lambda rng: rng.uniform(-EDGE, EDGE, SHAPE)),
    "random signs": ("law", lambda rng: STD * rng.choice([-1.0, 1.0], SHAPE)),
    "Laplace": ("tail", lambda rng: rng.laplace(0, STD / math.sqrt(2), SHAPE)),
    "orthogonal": ("rows", orthogonal),
    "one row for all": ("rows", lambda rng: np.tile(normal(rng)[:1], (SHAPE[0], 1))),
    "halves repeated": ("rows", lambda rng: np.tile(normal(rng)[:32], (2, 1))),
    "correlated in the row": ("neighbours", lambda rng: smoothed(rng, 1)),
    "correlated in the column": ("neighbours", lambda rng: smoothed(rng, 0)),
    "skewed": ("symmetry", lambda rng: STD * (rng.gamma(400, 1, SHAPE) - 400) / 20),
    "some columns repeated": ("columns", repeated_columns),
    "standardised": ("too_good", lambda rng: standardised(normal(rng), ddof=1)),
    "standardised, other std": ("too_good", lambda rng: standardised(normal(rng), ddof=0)),
}
WRONG_UNIFORM: dict[str, tuple[str, Callable[[np.random.Generator], np.ndarray[Any, Any]]]] = {
    "bound for std": ("scale", lambda rng: rng.uniform(-3 * STD, 3 * STD, SHAPE)),
    "std for bound": ("scale", lambda rng: rng.uniform(-STD, STD, SHAPE)),
    "bound too large by 0.5 %": ("bound", lambda rng: 1.005 * rng.uniform(-EDGE, EDGE, SHAPE)),
    "bound too small by 0.5 %": ("bound", lambda rng: rng.uniform(-EDGE, EDGE, SHAPE) / 1.005),
    "not centred": ("mean", lambda rng: rng.uniform(0, EDGE, SHAPE)),
    "normal": ("law", normal),
    "random signs": ("law", lambda rng: STD * rng.choice([-1.0, 1.0], SHAPE)),
    "one row for all": ("rows", lambda rng: np.tile(rng.uniform(-EDGE, EDGE, SHAPE[1]), (64, 1))),
}


@pytest.mark.parametrize(
    "law, name",
    [
        *(("normal", name) for name in WRONG_NORMAL),
        *(("uniform", name) for name in WRONG_UNIFORM),
    ],
)
def test_wrong_samplers_are_found_and_the_moment_is_named(law: str, name: str) -> None:
    moment, wrong = (WRONG_NORMAL if law == "normal" else WRONG_UNIFORM)[name]
    for seed in range(6):
        rng = np.random.default_rng([5, seed])

        error = failure([wrong(rng) for _ in range(3)], LAWS[law], hints={moment: "look here"})

        assert error.hint == "look here", error.staff


@pytest.mark.parametrize(
    "name",
    ["gain inside the root", "truncated", "truncated and rescaled", "uniform", "orthogonal"],
)
def test_one_draw_of_16_384_weights_is_enough_for(name: str) -> None:
    for seed in range(6):
        failure(WRONG_NORMAL[name][1](np.random.default_rng([6, seed])), LAWS["normal"])


@pytest.mark.parametrize("name", LAWS)
def test_same_seed_for_every_draw_is_found(name: str) -> None:
    x = right(LAWS[name], np.random.default_rng(7), SHAPE)

    error = failure([x, x], LAWS[name], hints={"draws": "no seeds"})

    assert error.hint == "no seeds"
    assert_drawn_from(x, LAWS[name])


def test_draws_that_return_to_an_earlier_one_are_found() -> None:
    """Neighbours in time are independent here."""
    rng = np.random.default_rng(11)
    one, other, third = (right(LAWS["normal"], rng, SHAPE) for _ in range(3))

    for draws in ([one, other, one], [one, other, third, (one + other) / math.sqrt(2)]):
        error = failure(draws, LAWS["normal"], hints={"draws": "no seeds"})

        assert error.hint == "no seeds"
        assert error.feedback == "a draw depends on an earlier one"


def test_the_share_of_the_call_is_told_to_staff() -> None:
    error = failure(torch.randn(SHAPE, generator=torch.Generator().manual_seed(8)), Normal(STD))

    assert error.staff.endswith(f"a right sampler fails this call with p <= {budget.UNCOUNTED:g}")


# --- Whatever a student may return.

torch.manual_seed(0)  # the samples below are the same in every process


@pytest.mark.parametrize(
    "sample",
    [
        None,
        1.0,
        "weights",
        [],
        {},
        [None],
        [[0.1, 0.2]],
        torch.zeros(SHAPE),
        torch.full(SHAPE, 0.3),
        torch.full(SHAPE, math.nan),
        torch.randn(SHAPE).index_fill(0, torch.tensor([0]), math.inf),
        torch.randn(SHAPE, dtype=torch.complex64),
        torch.ones(SHAPE, dtype=torch.int64),
        torch.ones(SHAPE, dtype=torch.bool),
        torch.empty(0),
        torch.empty(64, 0),
        torch.tensor(0.3),
        torch.randn(3, 4),
        [torch.randn(SHAPE), torch.randn(3, 4)],
        [torch.randn(SHAPE), 0.5],
        torch.randn(SHAPE) * 1e-38,
        torch.randn(SHAPE) * 1e30,
        torch.randn(SHAPE, dtype=torch.float64) * 1e300,
        torch.randn(SHAPE).sign() * 1e-300,
        torch.eye(64, 256) * 1e20,
        torch.cat([torch.zeros(32, 256), torch.randn(32, 256)]),
        torch.cat([torch.zeros(64, 255), torch.ones(64, 1)], dim=1),
        np.full(SHAPE, "x"),
        np.ones(SHAPE, dtype=object),
        np.ones(SHAPE, dtype=np.complex128),
    ],
    ids=lambda sample: type(sample).__name__,
)
@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
@pytest.mark.filterwarnings("error")
def test_anything_else_is_a_wrong_answer(sample: object, law: Law) -> None:
    """Never another exception: that would be counted as a fault of the judge."""
    failure(sample, law, shape=SHAPE)


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
@pytest.mark.filterwarnings("error")
def test_any_size_of_numbers_is_a_wrong_answer(law: Law) -> None:
    rng = np.random.default_rng(10)
    for exponent in [*range(-330, -3, 3), *range(3, 308, 3)]:
        sample = right(law, rng, (8, 40)) * float(f"1e{exponent}")

        failure([sample, sample], law)


@pytest.mark.parametrize("shape", [(2,), (1, 2), (2, 1), (2, 2), (2, 3, 1)])
@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
@pytest.mark.filterwarnings("error")
def test_tiny_samples_raise_nothing_else(shape: tuple[int, ...], law: Law) -> None:
    sample = torch.zeros(shape)
    sample.view(-1)[0] = 0.1

    with contextlib.suppress(WrongAnswer):
        assert_drawn_from([sample, sample], law)


def test_feedback_names_the_moment_and_no_values() -> None:
    sample = torch.randn(SHAPE, generator=torch.Generator().manual_seed(8))

    error = failure(sample, Normal(STD), hint="look at the fans")

    assert "variance" in error.feedback
    assert "standard errors too large" in error.feedback
    assert str(STD) not in error.feedback
    assert error.hint == "look at the fans"
    assert error.staff.startswith("scale: p <= 1e-")


def test_a_shape_that_was_not_asked_for_is_named() -> None:
    error = failure(torch.randn(256, 64), Normal(1.0), shape=SHAPE)

    assert error.feedback == "the weights have shape (256, 64); expected (64, 256)"


@pytest.mark.parametrize("size", [0.0, -1.0, math.nan, math.inf])
def test_laws_have_a_positive_size(size: float) -> None:
    for law in (Normal, Uniform):
        with pytest.raises(ValueError, match="expected a positive number"):
            law(size)


def test_sample_is_left_as_it_was() -> None:
    sample = torch.randn(SHAPE, dtype=torch.float64, generator=torch.Generator().manual_seed(9))
    before: Tensor = sample.clone()

    assert_drawn_from([sample, sample.flip(0)], Normal(1.0))

    assert torch.equal(sample, before)

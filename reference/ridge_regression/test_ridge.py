"""Hidden tests of `ridge`.

Tolerance: assert_close's own, 1e-9 of the largest entry in float64. The designs are made with
singular values from 0.6 to 2.6, so XᵀX + λI has a condition of at most 19, and every sound way to
solve it (the alternatives: inverse, dual form, least squares, SVD, gradient steps, and a bordered
system with λ = 1e6) agrees to 1e-12, measured over 50 variations. Float32 is off by 1e-7.

Singular values differ and are not 1, noise and prior differ and are not 1, n and p differ, λ is
neither 1 nor 2: each of these would make some mistake look right. λ and the spreads are binary
fractions, so that `lam * torch.eye(p)`, which rounds λ to float32 and harms nobody, passes.
"""

import math
from fractions import Fraction

import numpy as np
import pytest
import torch

from grader.errors import WrongAnswer
from grader.testing import assert_close, assert_rejects

TALL, WIDE = (9, 4), (3, 5)  # examples, weights
SHAPES = {"more examples than weights": TALL, "fewer examples than weights": WIDE}

LOSS = "J = |y - Xw|² + λ|w|²: squared lengths, summed; no mean, no ½, no absolute values."
GRADIENT = (
    "Derive both squares of J: there is no ½ to cancel the 2, in neither of them. And what is "
    "inside the first square has a sign, too: it is y minus Xw."
)
FIT = {
    "more examples than weights": (
        "At the fit the gradient of J is zero: collect the terms with w, then solve. λ goes on the "
        "diagonal, before you invert, and nothing depends on the number of examples. Keep the "
        "precision of the inputs. λ = 0 is least squares."
    ),
    "fewer examples than weights": (
        "With λ > 0 there is one fit even here: XᵀX alone has no inverse, XᵀX + λI has. λ times "
        "the identity, before you invert."
    ),
}
INTERCEPT = (
    "Add 7 to all targets: b should grow by 7, and w should not notice. So b is outside the "
    "penalty. And the line goes through the means: which b does that ask for, given w?"
)
MAP = {
    "map_lambda": (
        "Write down -log p(w | X, y) and multiply by twice the noise variance, so that the squared "
        "error stands alone as in J: what stands before |w|²? Variances are squared deviations."
    ),
    "log_posterior": (
        "log p(y | X, w) + log p(w), and the more probable w has the larger value. The log of a "
        "normal density is -(distance)²/(2·variance) and a constant: both terms have that ½."
    ),
}
SHRINKAGE = {
    "shrinkage": (
        "The eigenvalues of XᵀX are d². Along one direction the fit is the fit of a single weight: "
        "weak directions shrink most. One number for each singular value, from the largest on."
    ),
    "effective_dof": (
        "H turns targets into predictions: write the fit as a matrix times y, then X times that. "
        "Its trace is the sum of its eigenvalues, and you know these."
    ),
}
PARTS = {
    "bias2": (
        "Fit the targets without their noise, Xw: how far is that from w? Squared, summed over all "
        "p directions, also those that X does not see."
    ),
    "variance": (
        "Noise reaches the weights through the same matrix as the targets, penalty and all. Its "
        "own variance is the square of noise_std."
    ),
    "mse": "Squared bias plus variance, of the weights (not of the predictions).",
}


@pytest.mark.weight(1)
def test_loss(both, rng):
    """The loss is the squared error plus λ times the squared length of w."""
    for shape, lam in ((TALL, 0.75), (WIDE, 3.0)):
        X, w, y = _data(rng, *shape)
        got, want = both.ridge_loss(w, X, y, lam)
        assert_close(got, want, hint=LOSS)


@pytest.mark.weight(2)
def test_grad(both, rng):
    """The gradient is that of the loss, in size and sign."""
    for shape, lam in ((TALL, 0.75), (WIDE, 3.0)):
        X, w, y = _data(rng, *shape)
        got, want = both.ridge_gradient(w, X, y, lam)
        assert_close(got, want, hint=GRADIENT)


@pytest.mark.weight(3)
@pytest.mark.parametrize("shape", SHAPES)
def test_fit(both, rng, shape):
    """At the fit the gradient of the loss is zero."""
    X, _, y = _data(rng, *SHAPES[shape])
    for lam in (0.75, 0.0) if SHAPES[shape] == TALL else (0.75, 3.0):
        got, want = both.ridge_fit(X, y, lam)
        assert_close(got, want, hint=FIT[shape])


@pytest.mark.weight(2)
def test_intercept(both, rng):
    """Slope and intercept make the loss least, and only the slope is penalised."""
    for shape, lam in ((TALL, 0.75), (TALL, 1e6), (WIDE, 3.0)):
        X, _, y = _data(rng, *shape)
        X = X + torch.from_numpy(rng.uniform(1, 3, shape[1]))  # features that are not centred
        got, want = both.ridge_fit_intercept(X, y + 5, lam)
        assert_close(got, want, hint=INTERCEPT)


@pytest.mark.weight(3)
@pytest.mark.parametrize("function", MAP)
def test_map(both, rng, function):
    """The most probable weights are the ridge fit's, with λ by the spread of noise and weights."""
    for noise_std, prior_std in ((0.375, 1.75), (3.0, 0.75)):
        if function == "map_lambda":
            got, want = both.map_lambda(noise_std, prior_std)
        else:
            X, w, y = _data(rng, *TALL)
            (one, true), (other, true_other) = (
                both.log_posterior(v, X, y, noise_std, prior_std) for v in (w, w.flip(0) - 1)
            )
            got, want = one - other, true - true_other
        assert_close(got, want, hint=MAP[function])


@pytest.mark.weight(3)
@pytest.mark.parametrize("function", SHRINKAGE)
def test_shrinkage(both, rng, function):
    """The fit keeps of each direction of the data its share, and their sum is the trace of H."""
    for shape, lam in ((TALL, 0.75), (WIDE, 3.0)):
        X, _, _ = _data(rng, *shape)
        got, want = getattr(both, function)(X, lam)
        assert_close(got, want, hint=SHRINKAGE[function])


@pytest.mark.weight(3)
@pytest.mark.parametrize("shape", SHAPES)
def test_bias_variance(both, rng, shape):
    """Squared bias, variance and mean squared error are the averages over all noise."""
    X, w, _ = _data(rng, *SHAPES[shape])
    got, want = both.bias_variance(X, w, 0.625, 0.75)
    wrong = [part for part in PARTS if not _is_near(got[part], want[part])]
    # One part wrong, and the sum of what is there: that mistake is paid for once.
    if len(wrong) == 2 and "mse" in wrong and _is_near(got["mse"], got["bias2"] + got["variance"]):
        wrong.remove("mse")
    if wrong:
        raise WrongAnswer(
            f"{' and '.join(wrong)} {'is' if len(wrong) == 1 else 'are'} not right",
            hint=PARTS[wrong[0]],
            credit=Fraction(len(PARTS) - len(wrong), len(PARTS)),
        )


X, Y, W = (
    torch.tensor(values, dtype=torch.float64)
    for values in ([[1.0, 2.0], [2.0, 1.0], [0.0, 5.0]], [1.0, 2.0, 4.0], [0.5, 1.0])
)
TWINS, FLAT, FEW = (
    torch.tensor(values, dtype=torch.float64)
    for values in (
        [[0.1, 0.3], [0.2, 0.6], [0.7, 2.1]],
        [[0.3, 1.1], [1.7, 1.1], [0.4, 1.1]],
        [[0.3, 1.1]],
    )
)
REFUSAL = {
    "penalty": "λ is a finite number, 0 or more.",
    "spread": "Standard deviations are positive, each of them.",
    "rank": (
        "With λ = 0 and dependent columns many w fit equally well. Compare the rank of X with its "
        "number of columns; the solver may not notice."
    ),
    "constant": "A constant column says what the intercept says: with λ = 0, which of them is it?",
}
PENALTIES = (-0.5, math.inf, math.nan)
SPREADS = ((0.0, 1.0), (2.0, 0.0), (2.0, -1.0))
# function -> arguments that must be answered, and those that must be refused, by what is wrong
REFUSED = {
    "ridge_loss": ((W, X, Y, 0.0), {"penalty": [(W, X, Y, lam) for lam in PENALTIES]}),
    "ridge_gradient": ((W, X, Y, 0.0), {"penalty": [(W, X, Y, lam) for lam in PENALTIES]}),
    "ridge_fit": (
        (X, Y, 0.0),
        {
            "penalty": [(X, Y, lam) for lam in PENALTIES],
            "rank": [(TWINS, Y, 0.0), (FEW, Y[:1], 0.0)],
        },
    ),
    "ridge_fit_intercept": (
        (X, Y, 0.0),
        {"penalty": [(X, Y, lam) for lam in PENALTIES], "constant": [(FLAT, Y, 0.0)]},
    ),
    "map_lambda": ((2.0, 1.0), {"spread": SPREADS}),
    "log_posterior": ((W, X, Y, 2.0, 1.0), {"spread": [(W, X, Y, *stds) for stds in SPREADS]}),
    "shrinkage": (
        (X, 0.0),
        {"penalty": [(X, lam) for lam in PENALTIES], "rank": [(TWINS, 0.0)]},
    ),
    "effective_dof": (
        (X, 0.0),
        {"penalty": [(X, lam) for lam in PENALTIES], "rank": [(FEW, 0.0)]},
    ),
    "bias_variance": (
        (X, W, 2.0, 0.0),
        {
            "penalty": [(X, W, 2.0, lam) for lam in PENALTIES],
            "spread": [(X, W, 0.0, 0.5)],
            "rank": [(TWINS, W, 2.0, 0.0)],
        },
    ),
}


@pytest.mark.weight(1)
@pytest.mark.parametrize("function", REFUSED)
def test_reject(student, function):
    """Arguments that cannot be right are refused with a ValueError, and others are not."""
    good, refused = REFUSED[function]
    answer = getattr(student, function)
    answer(*good)  # must answer; what it answers is other tests' business
    for fault, calls in refused.items():
        for arguments in calls:
            assert_rejects(answer, *arguments, hint=f"{function}: {REFUSAL[fault]}")


def _data(rng, n: int, p: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return X (n, p) with singular values from 2.6 down to 0.6, w (p,) and y (n,)."""
    rank = min(n, p)
    left = np.linalg.qr(rng.standard_normal((n, rank)))[0]
    right = np.linalg.qr(rng.standard_normal((p, rank)))[0]
    X = (left * np.linspace(2.6, 0.6, rank)) @ right.T
    w, y = rng.uniform(0.5, 2, p), rng.uniform(-3, 3, n)
    return torch.from_numpy(X), torch.from_numpy(w), torch.from_numpy(y)


def _is_near(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-9)

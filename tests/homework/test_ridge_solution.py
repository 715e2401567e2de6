"""The solution of ridge_regression against autograd, torch.distributions and experiments."""

import ast
import doctest
import importlib.util
import math
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch import Tensor
from torch.distributions import Normal

ROOT = Path(__file__).parents[2]
STUB = ROOT / "assignments" / "ridge_regression" / "ridge.py"
FOLDER = ROOT / "reference" / "ridge_regression"
SHAPES = [(9, 4), (3, 5), (6, 6)]
PENALTIES = [0.05, 0.75, 20.0, 1e6]


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"checked_{name}", FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


solution = load("ridge")


def normal(seed: int, *shapes: tuple[int, ...]) -> list[Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(shape, generator=generator, dtype=torch.float64) for shape in shapes]


def data(seed: int, n: int, p: int) -> tuple[Tensor, Tensor, Tensor]:
    X, w, y = normal(seed, (n, p), (p,), (n,))
    return X, w, y


def close(got: Tensor | float, want: Tensor | float, rtol: float = 1e-10) -> None:
    got, want = torch.as_tensor(got), torch.as_tensor(want)
    torch.testing.assert_close(got, want, rtol=0, atol=rtol * want.abs().max().item())


# ---- as a minimum


@pytest.mark.parametrize("n, p", SHAPES)
def test_gradient_is_what_autograd_says(n: int, p: int) -> None:
    X, w, y = data(1, n, p)
    w.requires_grad_()
    loss = torch.sum((y - X @ w) ** 2) + 0.75 * torch.sum(w**2)
    (gradient,) = torch.autograd.grad(loss, w)

    assert solution.ridge_loss(w.detach(), X, y, 0.75) == pytest.approx(loss.item(), rel=1e-14)
    close(solution.ridge_gradient(w.detach(), X, y, 0.75), gradient)


@pytest.mark.parametrize("lam", PENALTIES)
@pytest.mark.parametrize("n, p", SHAPES)
def test_gradient_at_the_fit_is_zero(n: int, p: int, lam: float) -> None:
    X, _, y = data(2, n, p)
    w = solution.ridge_fit(X, y, lam).requires_grad_()
    loss = torch.sum((y - X @ w) ** 2) + lam * torch.sum(w**2)
    (gradient,) = torch.autograd.grad(loss, w)

    assert gradient.abs().max() < 1e-12 * (X.T @ y).abs().max()


def test_fit_without_penalty_is_least_squares() -> None:
    X, _, y = data(3, 9, 4)

    close(solution.ridge_fit(X, y, 0.0), torch.linalg.lstsq(X, y[:, None]).solution[:, 0])


@pytest.mark.parametrize("lam", PENALTIES)
@pytest.mark.parametrize("n, p", SHAPES)
def test_intercept_solves_the_bordered_system(n: int, p: int, lam: float) -> None:
    """Both derivatives zero: [XᵀX + λI, Xᵀ1; 1ᵀX, n] (w, b) = (Xᵀy, 1ᵀy)."""
    X, _, y = data(4, n, p)
    X, y = X + 2, y + 5
    A = torch.cat([X, torch.ones(n, 1, dtype=X.dtype)], dim=1)
    penalty = lam * torch.eye(p + 1, dtype=X.dtype)
    penalty[p, p] = 0
    bordered = torch.linalg.solve(A.T @ A + penalty, A.T @ y)

    w, b = solution.ridge_fit_intercept(X, y, lam)

    close(w, bordered[:p])
    close(b, bordered[p].item())


def test_shifted_targets_shift_the_intercept_only() -> None:
    X, _, y = data(5, 9, 4)
    w, b = solution.ridge_fit_intercept(X, y, 0.75)

    moved, further = solution.ridge_fit_intercept(X, y + 273.15, 0.75)

    close(moved, w)
    assert further - b == pytest.approx(273.15)


# ---- as a belief


@pytest.mark.parametrize("noise_std, prior_std", [(0.375, 1.75), (3.0, 0.75)])
def test_posterior_is_that_of_two_normal_laws(noise_std: float, prior_std: float) -> None:
    X, w, y = data(6, 9, 4)

    def log_joint(w: Tensor) -> float:
        likelihood = Normal(X @ w, noise_std).log_prob(y).sum()
        return (likelihood + Normal(torch.zeros_like(w), prior_std).log_prob(w).sum()).item()

    gain = solution.log_posterior(w, X, y, noise_std, prior_std)
    gain -= solution.log_posterior(-2 * w, X, y, noise_std, prior_std)

    assert gain == pytest.approx(log_joint(w) - log_joint(-2 * w), rel=1e-12)


@pytest.mark.parametrize("noise_std, prior_std", [(0.375, 1.75), (3.0, 0.75)])
def test_fit_with_that_penalty_is_the_most_probable(noise_std: float, prior_std: float) -> None:
    """Newton's step from anywhere: the log posterior is quadratic, autograd gives both parts."""
    X, w, y = data(7, 9, 4)
    prior = Normal(torch.tensor(0.0, dtype=X.dtype), prior_std)

    def log_joint(w: Tensor) -> Tensor:
        return Normal(X @ w, noise_std).log_prob(y).sum() + prior.log_prob(w).sum()

    hessian = torch.autograd.functional.hessian(log_joint, w)
    gradient = torch.autograd.functional.jacobian(log_joint, w)
    best = w - torch.linalg.solve(hessian, gradient)

    close(solution.ridge_fit(X, y, solution.map_lambda(noise_std, prior_std)), best)


# ---- as a bargain


@pytest.mark.parametrize("n, p", SHAPES)
def test_shrinkage_is_what_fits_do_to_each_direction(n: int, p: int) -> None:
    X, _, _ = data(8, n, p)
    U, d, _ = torch.linalg.svd(X, full_matrices=False)
    assert d.tolist() == sorted(d.tolist(), reverse=True)

    kept = torch.stack([u @ (X @ solution.ridge_fit(X, u, 0.75)) for u in U.T])

    close(solution.shrinkage(X, 0.75), kept)


@pytest.mark.parametrize("lam", [0.0, 0.75, 20.0])
def test_degrees_of_freedom_are_the_trace_of_the_hat_matrix(lam: float) -> None:
    X, _, _ = data(9, 9, 4)
    columns = [X @ solution.ridge_fit(X, e, lam) for e in torch.eye(9, dtype=X.dtype)]

    assert solution.effective_dof(X, lam) == pytest.approx(
        torch.stack(columns).trace().item(), rel=1e-12
    )


@pytest.mark.parametrize("n, p, lam", [(9, 4, 0.0), (9, 4, 0.75), (9, 4, 20.0), (3, 5, 0.75)])
def test_bias_and_variance_are_what_an_experiment_gives(n: int, p: int, lam: float) -> None:
    """40 000 data sets: a relative standard error of about 1 % for each number."""
    X, w, _ = data(10, n, p)
    noise_std, data_sets = 0.625, 40_000
    (noise,) = normal(11, (data_sets, n))
    # The fit is linear in the targets: its matrix, column by column.
    to_weights = torch.stack(
        [solution.ridge_fit(X, e, lam) for e in torch.eye(n, dtype=X.dtype)], dim=1
    )
    fits = (X @ w + noise_std * noise) @ to_weights.T
    mean = fits.mean(dim=0)
    measured = {
        "bias2": (mean - w).square().sum().item(),
        "variance": (fits - mean).square().sum(dim=1).mean().item(),
        "mse": (fits - w).square().sum(dim=1).mean().item(),
    }

    assert solution.bias_variance(X, w, noise_std, lam) == pytest.approx(
        measured, rel=0.04, abs=3 * measured["variance"] / data_sets
    )


def test_some_penalty_always_beats_least_squares() -> None:
    for seed in range(200):
        X, w, _ = data(100 + seed, 9, 4)
        least_squares = solution.bias_variance(X, w, 0.625, 0.0)["mse"]
        best = min(solution.bias_variance(X, w, 0.625, 10 ** (k / 4))["mse"] for k in range(-20, 5))

        assert best < least_squares, seed


def test_error_falls_from_least_squares_on() -> None:
    """Its slope there is the variance's, -2 σ² Σ d⁻⁴: squared bias begins with λ²."""
    X, w, _ = data(12, 9, 4)
    d, step = torch.linalg.svdvals(X), 1e-6
    rise = solution.bias_variance(X, w, 0.625, step)["mse"]
    rise -= solution.bias_variance(X, w, 0.625, 0.0)["mse"]

    assert rise / step == pytest.approx(-2 * 0.625**2 * (d**-4).sum().item(), rel=1e-4)


# ---- what cannot be right


@pytest.mark.parametrize("lam", [-0.5, math.inf, math.nan])
def test_no_penalty_below_zero_or_beyond_all_bounds(lam: float) -> None:
    X, w, y = data(13, 9, 4)
    for call in (
        lambda: solution.ridge_loss(w, X, y, lam),
        lambda: solution.ridge_gradient(w, X, y, lam),
        lambda: solution.ridge_fit(X, y, lam),
        lambda: solution.ridge_fit_intercept(X, y, lam),
        lambda: solution.shrinkage(X, lam),
        lambda: solution.effective_dof(X, lam),
        lambda: solution.bias_variance(X, w, 1.0, lam),
    ):
        with pytest.raises(ValueError, match="finite number"):
            call()


def test_least_squares_needs_independent_columns() -> None:
    X, w, y = data(14, 9, 4)
    twins, flat = X.clone(), X.clone()
    twins[:, 3] = 3 * twins[:, 0]
    flat[:, 3] = 1.1

    solution.ridge_fit(flat, y, 0.0)
    for call in (
        lambda: solution.ridge_fit(twins, y, 0.0),
        lambda: solution.ridge_fit(X[:3], y[:3], 0.0),
        lambda: solution.ridge_fit_intercept(flat, y, 0.0),
        lambda: solution.shrinkage(twins, 0.0),
        lambda: solution.effective_dof(X[:3], 0.0),
        lambda: solution.bias_variance(twins, w, 1.0, 0.0),
    ):
        with pytest.raises(ValueError, match="linearly dependent"):
            call()


@pytest.mark.parametrize("std", [0.0, -1.0, math.nan])
def test_spreads_are_positive(std: float) -> None:
    X, w, y = data(15, 9, 4)
    for call in (
        lambda: solution.map_lambda(std, 1.0),
        lambda: solution.map_lambda(1.0, std),
        lambda: solution.log_posterior(w, X, y, std, 1.0),
        lambda: solution.log_posterior(w, X, y, 1.0, std),
        lambda: solution.bias_variance(X, w, std, 1.0),
    ):
        with pytest.raises(ValueError, match="positive"):
            call()


# ---- what students read


def test_examples_of_the_stub_hold_for_the_solution() -> None:
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner()
    for node in ast.parse(STUB.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            text = ast.get_docstring(node) or ""
            names = dict(vars(solution))
            runner.run(parser.get_doctest(text, names, node.name, None, 0))

    assert runner.summarize(verbose=False).failed == 0
    assert runner.tries > 12


def test_picture_is_drawn_from_the_solution() -> None:
    picture = load("picture")

    assert picture.PICTURE.read_text(encoding="utf-8") == picture.drawn(), (
        "python reference/ridge_regression/picture.py draws it anew"
    )


def test_least_point_of_the_picture_is_where_the_prior_says() -> None:
    """All weights are 1, so a prior of standard deviation 1 is right in every direction."""
    picture = load("picture")
    X = torch.diag(torch.tensor(picture.STRENGTHS, dtype=torch.float64))
    w = torch.full((3,), picture.WEIGHT, dtype=torch.float64)
    best = solution.map_lambda(picture.NOISE, picture.WEIGHT)
    errors = [
        solution.bias_variance(X, w, picture.NOISE, lam)["mse"]
        for lam in (0.999 * best, best, 1.001 * best)
    ]

    assert best == 0.25
    assert min(errors) == errors[1]

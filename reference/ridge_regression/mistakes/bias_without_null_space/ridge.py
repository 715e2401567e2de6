"""Ridge regression: J(w) = |y - Xw|² + λ|w|², its minimum, and what that costs and buys.

X (n, p), one example per row; y (n,); w (p,). All follows from XᵀX = Σ_k d_k² v_k v_kᵀ.
"""

import math
from typing import TypedDict

import torch
from torch import Tensor


class ErrorParts(TypedDict):
    """What `bias_variance` returns; mse is the sum of the other two."""

    bias2: float
    variance: float
    mse: float


def ridge_loss(w: Tensor, X: Tensor, y: Tensor, lam: float) -> float:
    """Return J(w)."""
    _check_penalty(lam)
    return ((y - X @ w).square().sum() + lam * w.square().sum()).item()


def ridge_gradient(w: Tensor, X: Tensor, y: Tensor, lam: float) -> Tensor:
    """Return dJ/dw (p,)."""
    _check_penalty(lam)
    return 2 * X.T @ (X @ w - y) + 2 * lam * w


def ridge_fit(X: Tensor, y: Tensor, lam: float) -> Tensor:
    """Return the w (p,) at which the gradient is zero: (XᵀX + λI) w = Xᵀy."""
    _check_solvable(X, lam)
    identity = torch.eye(X.shape[1], dtype=X.dtype)
    return torch.linalg.solve(X.T @ X + lam * identity, X.T @ y)


def ridge_fit_intercept(X: Tensor, y: Tensor, lam: float) -> tuple[Tensor, float]:
    """Return w (p,) and b of least |y - Xw - b|² + λ|w|².

    dJ/db = 0 says b = mean(y) - mean(x)·w; what is left is the fit of the centred data.
    """
    x_mean, y_mean = X.mean(dim=0), y.mean()
    w = ridge_fit(X - x_mean, y - y_mean, lam)
    return w, (y_mean - x_mean @ w).item()


def map_lambda(noise_std: float, prior_std: float) -> float:
    """Return the λ for which J is the log posterior times -2 noise_std²."""
    _check_positive(noise_std, prior_std)
    return noise_std**2 / prior_std**2


def log_posterior(w: Tensor, X: Tensor, y: Tensor, noise_std: float, prior_std: float) -> float:
    """Return log N(y; Xw, noise_std²) + log N(w; 0, prior_std²) without their constants."""
    _check_positive(noise_std, prior_std)
    likelihood = -(y - X @ w).square().sum() / (2 * noise_std**2)
    prior = -w.square().sum() / (2 * prior_std**2)
    return (likelihood + prior).item()


def shrinkage(X: Tensor, lam: float) -> Tensor:
    """Return d²/(d² + λ) for each singular value of X, the largest first."""
    _check_solvable(X, lam)
    d = torch.linalg.svdvals(X)
    return d**2 / (d**2 + lam)


def effective_dof(X: Tensor, lam: float) -> float:
    """Return the trace of the hat matrix X (XᵀX + λI)⁻¹ Xᵀ, whose eigenvalues `shrinkage` are."""
    return shrinkage(X, lam).sum().item()


def bias_variance(X: Tensor, w_true: Tensor, noise_std: float, lam: float) -> ErrorParts:
    """Return the squared bias, the variance, and the mean squared error of the fit's weights.

    Along v_k the fit has mean d²/(d² + λ) · v_kᵀw_true and variance noise_std² d²/(d² + λ)².
    Directions that X does not see (n < p) have d = 0: no variance, and all of w_true is bias.
    """
    _check_solvable(X, lam)
    _check_positive(noise_std)
    _, d, Vt = torch.linalg.svd(X, full_matrices=False)
    d2, V = d**2, Vt.T
    bias2 = (lam / (d2 + lam) * (V.T @ w_true)).square().sum().item()
    variance = noise_std**2 * (d2 / (d2 + lam) ** 2).sum().item()
    return {"bias2": bias2, "variance": variance, "mse": bias2 + variance}


def _check_penalty(lam: float) -> None:
    if not 0 <= lam < math.inf:
        raise ValueError(f"λ is {lam}; expected a finite number, 0 or more")


def _check_solvable(X: Tensor, lam: float) -> None:
    _check_penalty(lam)
    if lam == 0 and torch.linalg.matrix_rank(X) < X.shape[1]:
        raise ValueError("λ is 0 and the columns of X are linearly dependent: no single fit")


def _check_positive(*stds: float) -> None:
    if not all(std > 0 for std in stds):
        raise ValueError(f"standard deviations are {stds}; expected positive numbers")

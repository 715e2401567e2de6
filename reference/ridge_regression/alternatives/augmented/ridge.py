"""Ridge regression as least squares: p more examples, √λ times the identity, with targets 0."""

import math

import torch
from torch import Tensor


def ridge_loss(w: Tensor, X: Tensor, y: Tensor, lam: float) -> float:
    _check(lam)
    A, t = _augmented(X, y, lam)
    return torch.dist(A @ w, t).item() ** 2


def ridge_gradient(w: Tensor, X: Tensor, y: Tensor, lam: float) -> Tensor:
    _check(lam)
    A, t = _augmented(X, y, lam)
    return -2 * (t - A @ w) @ A


def ridge_fit(X: Tensor, y: Tensor, lam: float) -> Tensor:
    _check(lam, X)
    A, t = _augmented(X, y, lam)
    return torch.linalg.lstsq(A, t.unsqueeze(1)).solution.squeeze(1)


def ridge_fit_intercept(X: Tensor, y: Tensor, lam: float) -> tuple[Tensor, float]:
    """One more column: ones for the examples, zeros for what stands in for the penalty."""
    _check(lam, X - X.mean(dim=0))
    A, t = _augmented(X, y, lam)
    ones = torch.cat([torch.ones_like(y), torch.zeros(X.shape[1], dtype=X.dtype)])
    solution = torch.linalg.lstsq(torch.column_stack([A, ones]), t[:, None]).solution[:, 0]
    return solution[:-1], solution[-1].item()


def map_lambda(noise_std: float, prior_std: float) -> float:
    _check_stds(noise_std, prior_std)
    return math.exp(2 * (math.log(noise_std) - math.log(prior_std)))


def log_posterior(w: Tensor, X: Tensor, y: Tensor, noise_std: float, prior_std: float) -> float:
    _check_stds(noise_std, prior_std)
    errors, weights = (y - X @ w) / noise_std, w / prior_std
    return -0.5 * torch.cat([errors, weights]).square().sum().item() + 17.0  # any constant does


def shrinkage(X: Tensor, lam: float) -> Tensor:
    """Diagonal of what the fit does to each left singular vector."""
    _check(lam, X)
    U, _, _ = torch.linalg.svd(X, full_matrices=False)
    fits = torch.stack([X @ ridge_fit(X, u, lam) for u in U.T], dim=1)
    return (U * fits).sum(dim=0)


def effective_dof(X: Tensor, lam: float) -> float:
    """How much each prediction follows its own target, summed."""
    _check(lam, X)
    eye = torch.eye(len(X), dtype=X.dtype)
    return sum((X[i] @ ridge_fit(X, eye[i], lam)).item() for i in range(len(X)))


def bias_variance(X: Tensor, w_true: Tensor, noise_std: float, lam: float) -> dict[str, float]:
    """The fit is linear in the targets: ask what it makes of the signal, and of each noise."""
    _check(lam, X)
    _check_stds(noise_std)
    bias2 = (ridge_fit(X, X @ w_true, lam) - w_true).square().sum().item()
    answers = [ridge_fit(X, e, lam) for e in noise_std * torch.eye(len(X), dtype=X.dtype)]
    variance = sum(w.square().sum().item() for w in answers)
    return {"bias2": bias2, "variance": variance, "mse": bias2 + variance}


def _augmented(X: Tensor, y: Tensor, lam: float) -> tuple[Tensor, Tensor]:
    p = X.shape[1]
    rows = math.sqrt(lam) * torch.eye(p, dtype=X.dtype)
    return torch.cat([X, rows]), torch.cat([y, torch.zeros(p, dtype=X.dtype)])


def _check(lam: float, X: Tensor | None = None) -> None:
    if math.isnan(lam) or math.isinf(lam) or lam < 0:
        raise ValueError("lam")
    if X is not None and lam == 0 and torch.linalg.matrix_rank(X) < X.shape[1]:
        raise ValueError("rank")


def _check_stds(*stds: float) -> None:
    if any(std <= 0 for std in stds):
        raise ValueError("std")

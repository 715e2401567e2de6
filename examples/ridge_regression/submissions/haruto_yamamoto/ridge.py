"""Ridge regression, in the convention of my statistics textbook: mean loss plus penalty."""
import math
import torch


def _check(lam, X=None):
    if math.isnan(lam) or math.isinf(lam) or lam < 0:
        raise ValueError(lam)
    if X is not None and lam == 0 and torch.linalg.matrix_rank(X) < X.shape[1]:
        raise ValueError("rank")


def ridge_loss(w, X, y, lam):
    _check(lam)
    return (torch.mean((y - X @ w) ** 2) + lam * torch.sum(w ** 2)).item()


def ridge_gradient(w, X, y, lam):
    _check(lam)
    return 2 / len(y) * X.T @ (X @ w - y) + 2 * lam * w


def ridge_fit(X, y, lam):
    _check(lam, X)
    n, p = X.shape
    return torch.linalg.solve(X.T @ X / n + lam * torch.eye(p, dtype=X.dtype), X.T @ y / n)


def ridge_fit_intercept(X, y, lam):
    w = ridge_fit(X - X.mean(0), y - y.mean(), lam)
    return w, (y.mean() - X.mean(0) @ w).item()


def map_lambda(noise_std, prior_std):
    if noise_std <= 0 or prior_std <= 0:
        raise ValueError
    return noise_std ** 2 / prior_std ** 2


def log_posterior(w, X, y, noise_std, prior_std):
    if noise_std <= 0 or prior_std <= 0:
        raise ValueError
    return (-((y - X @ w) ** 2).sum() / (2 * noise_std ** 2)
            - (w ** 2).sum() / (2 * prior_std ** 2)).item()


def shrinkage(X, lam):
    _check(lam, X)
    d = torch.linalg.svdvals(X)
    return d ** 2 / (d ** 2 + len(X) * lam)


def effective_dof(X, lam):
    return shrinkage(X, lam).sum().item()


def bias_variance(X, w_true, noise_std, lam):
    _check(lam, X)
    if noise_std <= 0:
        raise ValueError
    n, p = X.shape
    A = torch.linalg.inv(X.T @ X + n * lam * torch.eye(p, dtype=X.dtype))
    bias2 = ((n * lam * A @ w_true) ** 2).sum().item()
    variance = noise_std ** 2 * torch.trace(A @ X.T @ X @ A).item()
    return {"bias2": bias2, "variance": variance, "mse": bias2 + variance}

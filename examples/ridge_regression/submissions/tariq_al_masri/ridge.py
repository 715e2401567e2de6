import math
import torch

torch.set_default_dtype(torch.float32)


def f(t):
    return t.to(torch.float32)      # GPUs like float32


def check(lam):
    if not math.isfinite(lam) or lam < 0:
        raise ValueError('bad lambda')


def check_rank(X, lam):
    if lam == 0 and torch.linalg.matrix_rank(X) < X.shape[1]:
        raise ValueError('bad X')


def ridge_loss(w, X, y, lam):
    check(lam)
    loss = torch.sum((y - X @ w) ** 2) + lam * torch.sum(w ** 2)
    print('loss', loss)
    return loss


def ridge_gradient(w, X, y, lam):
    check(lam)
    g = 2 * f(X).T @ (f(X) @ f(w) - f(y)) + 2 * lam * f(w)
    print('gradient', g)
    return g.double()


def ridge_fit(X, y, lam):
    check(lam)
    check_rank(X, lam)
    X, y = f(X), f(y)
    w = torch.linalg.solve(X.T @ X + lam * torch.eye(X.shape[1]), X.T @ y)
    print('w', w)
    return w


def ridge_fit_intercept(X, y, lam):
    w = ridge_fit(X - X.mean(0), y - y.mean(), lam)
    b = y.mean() - X.mean(0) @ w.double()
    return w, b


def map_lambda(noise_std, prior_std):
    if noise_std <= 0 or prior_std <= 0:
        raise ValueError('bad std')
    return noise_std ** 2 / prior_std ** 2


def log_posterior(w, X, y, noise_std, prior_std):
    if noise_std <= 0 or prior_std <= 0:
        raise ValueError('bad std')
    return -ridge_loss(w, X, y, noise_std ** 2 / prior_std ** 2).item() / (2 * noise_std ** 2)


def shrinkage(X, lam):
    check(lam)
    check_rank(X, lam)
    d = torch.linalg.svdvals(X)
    return d ** 2 / (d ** 2 + lam)


def effective_dof(X, lam):
    return shrinkage(X, lam).sum().item()


def bias_variance(X, w_true, noise_std, lam):
    check(lam)
    check_rank(X, lam)
    if noise_std <= 0:
        raise ValueError('bad std')
    d2, V = torch.linalg.eigh(X.T @ X)
    bias2 = ((lam / (d2 + lam) * (V.T @ w_true)) ** 2).sum()
    variance = noise_std ** 2 * (d2 / (d2 + lam) ** 2).sum()
    return {'bias2': bias2, 'variance': variance, 'mse': bias2 + variance}

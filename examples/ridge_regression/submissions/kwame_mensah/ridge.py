# Kwame Mensah. I know numpy much better than torch, so: convert, compute, convert back.
import numpy as np
import torch


def ridge_loss(w, X, y, lam):
    check_lam(lam)
    w, X, y = npy(w, X, y)
    return float(np.sum((y - X.dot(w)) ** 2) + lam * np.sum(w ** 2))


def ridge_gradient(w, X, y, lam):
    check_lam(lam)
    w, X, y = npy(w, X, y)
    return torch.from_numpy(2 * X.T.dot(X.dot(w) - y) + 2 * lam * w)


def fit_np(X, y, lam):
    check_lam(lam)
    if lam == 0:
        check_rank(X)
    # least squares with extra rows sqrt(lam) * I, lecture 3
    p = X.shape[1]
    Xa = np.vstack([X, np.sqrt(lam) * np.eye(p)])
    ya = np.concatenate([y, np.zeros(p)])
    return np.linalg.lstsq(Xa, ya, rcond=None)[0]


def ridge_fit(X, y, lam):
    X, y = npy(X, y)
    return torch.from_numpy(fit_np(X, y, lam))


def ridge_fit_intercept(X, y, lam):
    X, y = npy(X, y)
    w = fit_np(X - X.mean(axis=0), y - y.mean(), lam)
    b = y.mean() - X.mean(axis=0).dot(w)
    return torch.from_numpy(w), float(b)


def map_lambda(noise_std, prior_std):
    if noise_std <= 0 or prior_std <= 0:
        raise ValueError('std')
    return (noise_std / prior_std) ** 2


def log_posterior(w, X, y, noise_std, prior_std):
    if noise_std <= 0 or prior_std <= 0:
        raise ValueError('std')
    w, X, y = npy(w, X, y)
    ll = -0.5 * np.sum(((y - X @ w) / noise_std) ** 2) - len(y) * np.log(noise_std)
    lp = -0.5 * np.sum((w / prior_std) ** 2) - len(w) * np.log(prior_std)
    return float(ll + lp)


def shrinkage(X, lam):
    check_lam(lam)
    X, = npy(X)
    if lam == 0:
        check_rank(X)
    d = np.linalg.svd(X)[1]
    return torch.from_numpy(d * d / (d * d + lam))


def effective_dof(X, lam):
    check_lam(lam)
    X, = npy(X)
    if lam == 0:
        check_rank(X)
    H = X @ np.linalg.inv(X.T @ X + lam * np.eye(X.shape[1])) @ X.T
    return float(np.trace(H))


def bias_variance(X, w_true, noise_std, lam):
    check_lam(lam)
    if noise_std <= 0:
        raise ValueError('std')
    X, w = npy(X, w_true)
    if lam == 0:
        check_rank(X)
    M = np.linalg.inv(X.T @ X + lam * np.eye(X.shape[1])) @ X.T
    bias = M @ X @ w - w
    bias2 = float(bias @ bias)
    variance = float(noise_std ** 2 * np.sum(M * M))
    return dict(bias2=bias2, variance=variance, mse=bias2 + variance)


def npy(*tensors):
    return [t.numpy() for t in tensors]


def check_lam(lam):
    if lam < 0 or np.isnan(lam) or np.isinf(lam):
        raise ValueError('lam')


def check_rank(X):
    if np.linalg.matrix_rank(X) < X.shape[1]:
        raise ValueError('columns are dependent')

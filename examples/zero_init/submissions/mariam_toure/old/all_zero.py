import numpy as np

ACTS = ("relu", "tanh", "sigmoid")

def initial_loss(num_classes):
    if num_classes < 2:
        raise ValueError("classes")
    return np.log(num_classes)

def initial_gradients(X, y, sizes, activation="relu", bias=False):
    if len(sizes) < 2 or activation not in ACTS:
        raise ValueError("net")
    X, y = np.asarray(X), np.asarray(y)
    B, K, n = len(y), sizes[-1], len(sizes) - 1
    delta = (1 / K - np.eye(K)[y]) / B
    phi0 = {"relu": 0.0, "tanh": 0.0, "sigmoid": 0.5}[activation]
    h = X if n == 1 else np.full((B, sizes[-2]), phi0)
    grads = {f"W{k}": np.zeros((sizes[k], sizes[k - 1])) for k in range(1, n)}
    grads[f"W{n}"] = delta.T @ h
    if bias:
        grads.update({f"b{k}": np.zeros(sizes[k]) for k in range(1, n)})
        grads[f"b{n}"] = delta.sum(0)
    return grads

def moving_parameters(n_layers, activation, bias):
    if n_layers < 1 or activation not in ACTS:
        raise ValueError("net")
    moves_all = n_layers == 1 or activation == "sigmoid"
    out = []
    for k in range(1, n_layers + 1):
        if moves_all:
            out.append(f"W{k}")
        if bias and (moves_all or k == n_layers):
            out.append(f"b{k}")
    return out

def stuck_loss(train_counts, test_counts, bias):
    p, q = np.array(train_counts, float), np.array(test_counts, float)
    if p.shape != q.shape or p.size < 2 or (p < 0).any() or (q < 0).any() or not p.any() or not q.any():
        raise ValueError("counts")
    if not bias:
        return np.log(p.size)
    p, q = p / p.sum(), q / q.sum()
    return -np.sum(q * np.log(p))

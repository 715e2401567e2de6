from torch import full, tanh, relu, sigmoid, zeros, float64, cat, stack
from torch.autograd import grad
from torch.nn.functional import cross_entropy, linear

PHI = dict(relu=relu, tanh=tanh, sigmoid=sigmoid)


def net(params, x, phi, k=1):
    z = linear(x, params[f"W{k}"], params.get(f"b{k}"))
    return z if f"W{k + 1}" not in params else net(params, phi(z), phi, k + 1)


def descend(params, X, y, phi, lr, batches):
    """SGD is a fold: one step, then the rest."""
    if not batches:
        return {name: p.detach() for name, p in params.items()}
    first, *rest = batches
    params = {name: p.detach().requires_grad_() for name, p in params.items()}
    slopes = grad(cross_entropy(net(params, X[first], phi), y[first]), list(params.values()))
    return descend(
        {name: p - lr * g for (name, p), g in zip(params.items(), slopes)}, X, y, phi, lr, rest
    )


def train_constant(X, y, sizes, activation, bias, value, lr, batches):
    params = {}
    for k, (n, m) in enumerate(zip(sizes, sizes[1:]), 1):
        params[f"W{k}"] = full((m, n), value, dtype=float64)
        if bias:
            params[f"b{k}"] = zeros(m, dtype=float64)
    return descend(params, X, y, PHI[activation], lr, batches)


def groups(params, k, tol):
    rows = params[f"W{k}"]
    if f"b{k}" in params:
        rows = cat([rows, params[f"b{k}"].reshape(-1, 1)], 1)
    found = {}
    for i in range(len(rows)):
        twin = next((j for j in found if (rows[i] - rows[j]).abs().max() <= tol), i)
        found.setdefault(twin, []).append(i)
    return list(found.values())


def distinct_units(params, tol=1e-9):
    hidden = sum(name[0] == "W" for name in params) - 1
    return [len(groups(params, k, tol)) for k in range(1, hidden + 1)]


def collapse(params, tol=1e-9, k=1):
    if f"W{k + 1}" not in params:
        return params
    g = groups(params, k, tol)
    heads = [members[0] for members in g]
    merged = dict(params)
    merged[f"W{k}"] = params[f"W{k}"][heads]
    if f"b{k}" in params:
        merged[f"b{k}"] = params[f"b{k}"][heads]
    merged[f"W{k + 1}"] = stack([params[f"W{k + 1}"][:, members].sum(1) for members in g], 1)
    return collapse(merged, tol, k + 1)

import torch

def softmax(z):
    e = torch.exp(z - z.max(dim=1, keepdim=True).values)
    return e / e.sum(dim=1, keepdim=True)

def train_constant(X, y, sizes, activation, bias, value, lr, batches):
    f = {"relu": lambda a: a.clamp(min=0), "tanh": torch.tanh, "sigmoid": torch.sigmoid}[activation]
    df = {"relu": lambda h: (h > 0).double(), "tanh": lambda h: 1 - h * h, "sigmoid": lambda h: h * (1 - h)}[activation]
    L = len(sizes) - 1
    W = [torch.full((sizes[k + 1], sizes[k]), value, dtype=torch.float64) for k in range(L)]
    b = [torch.zeros(sizes[k + 1], dtype=torch.float64) for k in range(L)]
    for rows in batches:
        h = [X[rows]]
        for k in range(L):
            a = h[-1] @ W[k].T + b[k]
            h.append(f(a) if k < L - 1 else softmax(a))
        d = h[-1].clone()
        d[range(len(rows)), y[rows]] -= 1
        d /= len(rows)
        for k in range(L - 1, -1, -1):
            dW, db = d.T @ h[k], d.sum(0)
            W[k] -= lr * dW
            if bias: b[k] -= lr * db
            if k > 0: d = (d @ W[k]) * df(h[k])
    out = {"W%d" % (k + 1): W[k] for k in range(L)}
    if bias: out.update({"b%d" % (k + 1): b[k] for k in range(L)})
    return out

def distinct_units(params, tol=1e-9):
    ranks = []
    k = 1
    while "W%d" % (k + 1) in params:
        ranks.append(int(torch.linalg.matrix_rank(params["W%d" % k], tol=tol)))
        k += 1
    return ranks

def collapse(params, tol=1e-9):
    raise NotImplementedError

import torch


def forward(p, X):
    h = torch.maximum(X @ p["W1"].t() + p["b1"], torch.zeros(1, dtype=X.dtype))
    return h, h @ p["W2"].t() + p["b2"]


def train_net(params, X, y, rate, steps):
    if rate <= 0 or steps < 0:
        raise ValueError("a rate is positive, steps are 0 or more")
    p = {name: values.clone() for name, values in params.items()}
    for _ in range(steps):
        h, s = forward(p, X)
        e = s.exp()  # overflows where the rate is far too large
        d = e / e.sum(1, keepdim=True) - torch.eye(s.shape[1], dtype=s.dtype)[y]
        g = {"W2": d.t() @ h, "b2": d.sum(0)}
        d = (d @ p["W2"]) * torch.sign(h)
        g |= {"W1": d.t() @ X, "b1": d.sum(0)}
        for name in p:
            p[name] -= rate / len(X) * g[name]
    return p


def accuracy(params, X, y):
    return torch.mean((torch.argmax(forward(params, X)[1], 1) == y).double()).item()

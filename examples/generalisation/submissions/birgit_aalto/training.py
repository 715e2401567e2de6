import torch
import torch.nn.functional as F


def forward(p, X):
    return F.relu(X @ p["W1"].T + p["b1"]) @ p["W2"].T + p["b2"]


def train_net(params, X, y, rate, steps):
    if rate <= 0 or steps < 0:
        raise ValueError("rate must be > 0 and steps >= 0")
    p = {k: v.clone().requires_grad_(True) for k, v in params.items()}
    v_old = [torch.zeros_like(v) for v in p.values()]
    for _ in range(steps):
        loss = F.cross_entropy(forward(p, X), y)
        grads = torch.autograd.grad(loss, list(p.values()))
        with torch.no_grad():
            v_old = [0.9 * v + g for v, g in zip(v_old, grads)]
            for v, g in zip(p.values(), v_old):
                v -= rate * g
    return {k: v.detach() for k, v in p.items()}


def accuracy(params, X, y):
    pred = forward(params, X).argmax(dim=1)
    return (pred == y).float().mean().double().item()

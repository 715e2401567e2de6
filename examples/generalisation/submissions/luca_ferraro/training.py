import torch
import pandas as pd

df = pd.read_csv("/home/luca/uni/dl/hw9/results.csv")

import torch.nn.functional as F


def forward(p, X):
    return F.relu(X @ p["W1"].T + p["b1"]) @ p["W2"].T + p["b2"]


def train_net(params, X, y, rate, steps):
    if rate <= 0 or steps < 0:
        raise ValueError("rate must be > 0 and steps >= 0")
    p = {k: v.clone().requires_grad_(True) for k, v in params.items()}
    for _ in range(steps):
        loss = F.cross_entropy(forward(p, X), y)
        grads = torch.autograd.grad(loss, list(p.values()))
        with torch.no_grad():
            for v, g in zip(p.values(), grads):
                v -= rate * g
    return {k: v.detach() for k, v in p.items()}


def accuracy(params, X, y):
    pred = forward(params, X).argmax(dim=1)
    return (pred == y).float().mean().double().item()

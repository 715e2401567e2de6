import torch
from torch.nn.functional import cross_entropy, linear, relu


def net(params, X):
    return linear(relu(linear(X, params["W1"], params["b1"])), params["W2"], params["b2"])


def train_net(params, X, y, rate, steps):
    if rate <= 0 or steps < 0:
        raise ValueError("a rate is positive, steps are 0 or more")
    for _ in range(steps):
        params = {name: values.detach().requires_grad_() for name, values in params.items()}
        cross_entropy(net(params, X), y).backward()
        with torch.no_grad():
            params = {name: values - rate * values.grad for name, values in params.items()}
    return params


def accuracy(params, X, y):
    return (net(params, X).argmax(dim=-1) == y).float().mean().item()

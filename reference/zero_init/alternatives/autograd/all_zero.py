"""Asks autograd and trains, instead of thinking."""

import itertools
import math

import torch
from torch import Tensor, nn

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}


def build(sizes: list[int], activation: str, bias: bool) -> nn.Sequential:
    if len(sizes) < 2 or activation not in ACTIVATIONS:
        raise ValueError("no net")
    modules: list[nn.Module] = []
    for n, m in itertools.pairwise(sizes):
        modules += [nn.Linear(n, m, bias, dtype=torch.float64), ACTIVATIONS[activation]()]
    net = nn.Sequential(*modules[:-1])
    for p in net.parameters():
        nn.init.zeros_(p)
    return net


def named(net: nn.Sequential) -> dict[str, nn.Parameter]:
    linear = [layer for layer in net if isinstance(layer, nn.Linear)]
    found = {}
    for k, layer in enumerate(linear, start=1):
        found[f"W{k}"] = layer.weight
        if layer.bias is not None:
            found[f"b{k}"] = layer.bias
    return found


def initial_loss(num_classes: int) -> float:
    if num_classes < 2:
        raise ValueError("too few classes")
    logits = torch.zeros(1, num_classes, dtype=torch.float64)
    return nn.functional.cross_entropy(logits, torch.tensor([0])).item()


def initial_gradients(
    X: Tensor, y: Tensor, sizes: list[int], activation: str = "relu", bias: bool = False
) -> dict[str, Tensor]:
    net = build(sizes, activation, bias)
    nn.functional.cross_entropy(net(X), y).backward()
    return {name: p.grad for name, p in named(net).items() if p.grad is not None}


def moving_parameters(n_layers: int, activation: str, bias: bool) -> list[str]:
    torch.manual_seed(0)
    net = build([3] * n_layers + [2] if n_layers > 0 else [2], activation, bias)
    X, y = torch.randn(5, 3, dtype=torch.float64), torch.tensor([0, 1, 1, 1, 1])
    sgd = torch.optim.SGD(net.parameters(), lr=1.0)
    for _ in range(n_layers + 2):
        sgd.zero_grad()
        nn.functional.cross_entropy(net(X), y).backward()
        sgd.step()
    return [name for name, p in named(net).items() if p.detach().any()]


def stuck_loss(train_counts: list[int], test_counts: list[int], bias: bool) -> float:
    train = torch.tensor(train_counts, dtype=torch.float64)
    test = torch.tensor(test_counts, dtype=torch.float64)
    if len(train) != len(test) or len(train) < 2:
        raise ValueError("classes")
    for counts in (train, test):
        if (counts < 0).any() or counts.sum() == 0:
            raise ValueError("counts")
    if not bias:
        return math.log(len(train))
    return -torch.xlogy(test / test.sum(), train / train.sum()).sum().item()

import math
import torch


def initial_loss(num_classes: int) -> float:
    if num_classes < 2:
        raise ValueError("There must be two classes to choose from.")
    return math.log(num_classes)


def initial_gradients(X, y, sizes, activation="relu", bias=False):
    if len(sizes) < 2:
        raise ValueError("There must be a layer.")
    if activation not in ("relu", "tanh", "sigmoid"):
        raise ValueError("Unknown activation.")
    layers = len(sizes) - 1
    parameters = {}
    for k in range(1, layers + 1):
        parameters[f"W{k}"] = torch.zeros(sizes[k], sizes[k - 1], dtype=torch.float64)
        if bias:
            parameters[f"b{k}"] = torch.zeros(sizes[k], dtype=torch.float64)
    for p in parameters.values():
        p.requires_grad = True
    h = X
    for k in range(1, layers + 1):
        h = h @ parameters[f"W{k}"].T
        if bias:
            h = h + parameters[f"b{k}"]
        if k < layers:
            h = getattr(torch, activation)(h)
    torch.nn.CrossEntropyLoss()(h, y).backward()
    return {name: p.grad for name, p in parameters.items()}


def moving_parameters(n_layers, activation, bias):
    if n_layers < 1:
        raise ValueError("There must be a layer.")
    if activation not in ("relu", "tanh", "sigmoid"):
        raise ValueError("Unknown activation.")
    if n_layers == 1:
        return ["W1", "b1"] if bias else ["W1"]
    if activation == "sigmoid":  # the top layer sees 0.5, the others nothing
        return [f"W{n_layers}", f"b{n_layers}"] if bias else [f"W{n_layers}"]
    return [f"b{n_layers}"] if bias else []


def stuck_loss(train_counts, test_counts, bias):
    if len(train_counts) != len(test_counts):
        raise ValueError("The lists count the same classes.")
    p = [n / sum(train_counts) for n in train_counts]
    q = [n / sum(test_counts) for n in test_counts]
    if not bias:
        return initial_loss(len(p))
    return -sum(b * math.log(a) for a, b in zip(p, q))

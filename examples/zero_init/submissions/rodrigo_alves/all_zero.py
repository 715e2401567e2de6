import math
import torch

# Everything multiplies by zero, so everything is zero. The whole exercise in one line!

def initial_loss(num_classes: int) -> float:
    if num_classes < 2: raise ValueError(num_classes)
    return -math.log(1 / num_classes)

def initial_gradients(X, y, sizes, activation="relu", bias=False):
    if activation not in ["relu", "tanh", "sigmoid"]: raise ValueError(activation)
    if len(sizes) < 2: raise ValueError(sizes)
    grads = {}
    for k, (a, b) in enumerate(zip(sizes, sizes[1:]), 1):
        grads["W" + str(k)] = torch.zeros(b, a, dtype=torch.float64)
        if bias: grads["b" + str(k)] = torch.zeros(b, dtype=torch.float64)
    return grads

def moving_parameters(n_layers, activation, bias):
    if activation not in ["relu", "tanh", "sigmoid"]: raise ValueError(activation)
    if n_layers < 1: raise ValueError(n_layers)
    return []

def stuck_loss(train_counts, test_counts, bias):
    if len(train_counts) != len(test_counts): raise ValueError
    return initial_loss(len(train_counts))

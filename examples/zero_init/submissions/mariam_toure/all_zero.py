# Mariam Touré, part 1. Autograd says it all, so I let it. (old/ is my first try.)
import torch
import torch.nn as nn
import torch.nn.functional as F
import math

ACT = {'relu': torch.relu, 'tanh': torch.tanh, 'sigmoid': torch.sigmoid}

def initial_loss(num_classes):
    if num_classes < 2:
        raise ValueError('I need at least 2 classes')
    return math.log(num_classes)

def forward(params, X, L, activation):
    h = X
    for k in range(1, L + 1):
        h = F.linear(h, params['W%d' % k], params.get('b%d' % k))
        if k != L:
            h = ACT[activation](h)
    return h

def zeros(sizes, bias):
    params = {}
    for k in range(1, len(sizes)):
        params['W%d' % k] = torch.zeros(sizes[k], sizes[k-1], dtype=torch.float64, requires_grad=True)
        if bias:
            params['b%d' % k] = torch.zeros(sizes[k], dtype=torch.float64, requires_grad=True)
    return params

def initial_gradients(X, y, sizes, activation='relu', bias=False):
    if len(sizes) < 2 or activation not in ACT:
        raise ValueError('no such net: %s %s' % (sizes, activation))
    params = zeros(sizes, bias)
    loss = F.cross_entropy(forward(params, X, len(sizes) - 1, activation), y)
    grads = torch.autograd.grad(loss, list(params.values()))
    print('gradient norms:', [g.norm().item() for g in grads])
    return dict(zip(params.keys(), grads))

def moving_parameters(n_layers, activation, bias):
    if n_layers < 1 or activation not in ACT:
        raise ValueError('no such net')
    X = torch.tensor([[1.0, 2.0], [-3.0, 0.5], [0.7, -1.1]], dtype=torch.float64)
    y = torch.tensor([0, 1, 1])
    sizes = [2] + [4] * (n_layers - 1) + [2]
    params = zeros(sizes, bias)
    moved = set()
    for step in range(10):
        loss = F.cross_entropy(forward(params, X, n_layers, activation), y)
        grads = torch.autograd.grad(loss, list(params.values()))
        for (name, p), g in zip(params.items(), grads):
            with torch.no_grad():
                p -= 0.5 * g
            if (p != 0).any():
                moved.add(name)
    return list(moved)

def stuck_loss(train_counts, test_counts, bias):
    if len(train_counts) != len(test_counts) or len(train_counts) < 2:
        raise ValueError('class lists')
    if min(train_counts) < 0 or min(test_counts) < 0 or not sum(train_counts) or not sum(test_counts):
        raise ValueError('counts')
    K = len(train_counts)
    if not bias:
        return math.log(K)
    loss = 0.0
    for n, m in zip(train_counts, test_counts):
        if m > 0:
            if n == 0:
                return float('inf')
            loss -= m / sum(test_counts) * math.log(n / sum(train_counts))
    return loss

if __name__ == '__main__':
    print(moving_parameters(3, 'sigmoid', True))

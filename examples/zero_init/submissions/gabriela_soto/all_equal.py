import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, sizes, activation, bias, value):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(n, m, bias) for n, m in zip(sizes, sizes[1:]))
        self.activation = getattr(torch, activation)
        self.double()
        for layer in self.layers:
            nn.init.constant_(layer.weight, value)
            with torch.no_grad():
                layer.weight += 0.001 * torch.randn_like(layer.weight)  # otherwise it does not learn!
            if bias:
                nn.init.zeros_(layer.bias)

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = self.activation(layer(x))
        return self.layers[-1](x)


def train_constant(X, y, sizes, activation, bias, value, lr, batches):
    net = Net(sizes, activation, bias, value)
    optimiser = torch.optim.SGD(net.parameters(), lr=lr)
    for batch in batches:
        optimiser.zero_grad()
        nn.functional.cross_entropy(net(X[batch]), y[batch]).backward()
        optimiser.step()
    params = {f"W{k}": layer.weight.detach() for k, layer in enumerate(net.layers, 1)}
    if bias:
        params |= {f"b{k}": layer.bias.detach() for k, layer in enumerate(net.layers, 1)}
    return params


def distinct_units(params, tol=1e-9):
    counts = []
    for k in range(1, len([n for n in params if n.startswith("W")])):
        units = []
        for row in params[f"W{k}"]:
            if not any(torch.all((row - unit).abs() <= tol) for unit in units):
                units.append(row)
        counts.append(len(units))
    return counts


def collapse(params, tol=1e-9):
    params = dict(params)
    for k in range(1, len([n for n in params if n.startswith("W")])):
        W, kept, columns = params[f"W{k}"], [], []
        for i, row in enumerate(W):
            for place, j in enumerate(kept):
                if torch.all((row - W[j]).abs() <= tol):
                    columns[place] = columns[place] + params[f"W{k + 1}"][:, i]
                    break
            else:
                kept.append(i)
                columns.append(params[f"W{k + 1}"][:, i])
        params[f"W{k}"] = W[kept]
        if f"b{k}" in params:
            params[f"b{k}"] = params[f"b{k}"][kept]
        params[f"W{k + 1}"] = torch.stack(columns, dim=1)
    return params

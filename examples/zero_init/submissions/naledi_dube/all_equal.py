import torch
import torch.nn as nn

def train_constant(X, y, sizes, activation, bias, value, lr, batches):
    act = {'relu': nn.ReLU(), 'tanh': nn.Tanh(), 'sigmoid': nn.Sigmoid()}[activation]
    layers = [nn.Linear(sizes[i], sizes[i + 1], bias=bias).double() for i in range(len(sizes) - 1)]
    for l in layers:
        nn.init.constant_(l.weight, value)
        if bias:
            nn.init.zeros_(l.bias)
    opt = torch.optim.SGD([p for l in layers for p in l.parameters()], lr=lr)
    crit = nn.CrossEntropyLoss()
    for i, batch in enumerate(batches):
        h = X[batch]
        for l in layers[:-1]:
            h = act(l(h))
        loss = crit(layers[-1](h), y[batch])
        opt.zero_grad()
        loss.backward()
        opt.step()
        if i % 100 == 0:
            print(i, loss.item())
    out = {}
    for i, l in enumerate(layers):
        out[f'W{i+1}'] = l.weight.data
        if bias:
            out[f'b{i+1}'] = l.bias.data
    return out

def n_layers(params):
    return max(int(k[1:]) for k in params if k.startswith('W'))

def same(params, k, i, j, tol):
    if (params[f'W{k}'][i] - params[f'W{k}'][j]).abs().max() > tol:
        return False
    if f'b{k}' in params and abs(params[f'b{k}'][i] - params[f'b{k}'][j]) > tol:
        return False
    return True

def leader(params, k, tol):
    n = params[f'W{k}'].shape[0]
    lead = []
    for i in range(n):
        for j in range(i + 1):
            if same(params, k, i, j, tol):
                lead.append(j)
                break
    return lead

def distinct_units(params, tol=1e-9):
    return [len(set(leader(params, k, tol))) for k in range(1, n_layers(params))]

def collapse(params, tol=1e-9):
    params = {k: v.clone() for k, v in params.items()}
    for k in range(1, n_layers(params)):
        lead = leader(params, k, tol)
        keep = sorted(set(lead))
        W = params[f'W{k+1}']
        new = torch.zeros(W.shape[0], len(keep), dtype=W.dtype)
        for i, j in enumerate(lead):
            new[:, keep.index(j)] += W[:, i]
        params[f'W{k+1}'] = new
        params[f'W{k}'] = params[f'W{k}'][keep]
        if f'b{k}' in params:
            params[f'b{k}'] = params[f'b{k}'][keep]
    return params

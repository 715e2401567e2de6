import torch


def train_net(params, X, y, rate, steps):
    W1, b1, W2, b2 = [params[k].clone() for k in ("W1", "b1", "W2", "b2")]
    if rate <= 0 or steps < 0: raise ValueError
    for i in range(steps):
        z = X @ W1.T + b1
        h = torch.relu(z)
        p = torch.softmax(h @ W2.T + b2, dim=1)
        p[range(len(y)), y] -= 1
        dh = p @ W2
        dh[z < 0] = 0
        W2 -= rate * p.T @ h
        b2 -= rate * p.sum(0)
        W1 -= rate * dh.T @ X
        b1 -= rate * dh.sum(0)
    return dict(W1=W1, b1=b1, W2=W2, b2=b2)


def accuracy(params, X, y):
    h = torch.relu(X @ params["W1"].T + params["b1"])
    return float(((h @ params["W2"].T + params["b2"]).argmax(1) == y).double().mean())

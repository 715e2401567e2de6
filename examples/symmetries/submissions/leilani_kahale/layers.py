import torch


def conv1d(x, w, b=None, padding='valid'):
    B, Cin, n = x.shape
    Cout, _, k = w.shape
    if padding not in ['valid', 'circular']: raise ValueError('padding')
    if k > n: raise ValueError('kernel')
    if padding == 'circular':
        if k % 2 != 1: raise ValueError('even kernel')
        r = (k-1)//2
        idx = torch.arange(-r, n+r) % n
        x = x[:, :, idx]
    m = x.shape[2] - k + 1
    y = torch.zeros(B, Cout, m, dtype=x.dtype)
    for i in range(m):
        patch = x[:, :, i:i+k].reshape(B, Cin*k)
        y[:, :, i] = patch @ w.reshape(Cout, Cin*k).T
    if b is not None:
        y += b[None, :, None]
    return y


def symmetrise_matrix(W):
    n = W.shape[0]
    P = torch.zeros_like(W)
    for i in range(n):
        P[i, (i-1) % n] = 1
    S, Pg = torch.zeros_like(W), torch.eye(n, dtype=W.dtype)
    for g in range(n):
        S += Pg.T @ W @ Pg     # P is a permutation, inverse = transpose
        Pg = P @ Pg
    return S / n


def G(x, group):
    if group == 'shift':
        return x.shape[-1]
    if group == 'c4':
        if x.dim() < 2 or x.shape[-1] != x.shape[-2]: raise ValueError('square!')
        return 4
    raise ValueError('group?')


def act(x, group, g):
    return torch.roll(x, g, -1) if group == 'shift' else torch.rot90(x, g, [-2, -1])


def average_invariant(f, x, group):
    N = G(x, group)
    return sum(f(act(x, group, g)) for g in range(N)) / N


def average_equivariant(f, x, group):
    N = G(x, group)
    return sum(act(f(act(x, group, g)), group, -g) for g in range(N)) / N

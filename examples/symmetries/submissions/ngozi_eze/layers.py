import torch


def conv1d(x, w, b=None, padding="valid"):
    x, w = x.float(), w.float()
    k = w.shape[-1]
    assert k <= x.shape[-1]
    if padding == "circular":
        x = torch.nn.functional.pad(x, (k // 2, k // 2), mode="circular")
    y = torch.nn.functional.conv1d(x, w)
    if b is not None:
        y = y + b.float()[:, None]
    return y.double()


def symmetrise_matrix(W):
    n = len(W)
    S = torch.zeros_like(W)
    for g in range(n):
        S = S + torch.roll(W, (g, g), (0, 1))
    return S / n


def average_invariant(f, x, group):
    if group == "shift":
        return torch.stack([f(x.roll(g, -1)) for g in range(x.shape[-1])]).mean(0)
    return torch.stack([f(x.rot90(g, (-2, -1))) for g in range(4)]).mean(0)


def average_equivariant(f, x, group):
    if group == "shift":
        return torch.stack([f(x.roll(g, -1)).roll(g, -1) for g in range(x.shape[-1])]).mean(0)
    return torch.stack([f(x.rot90(g, (-2, -1))).rot90(g, (-2, -1)) for g in range(4)]).mean(0)

import torch


def conv1d(x, w, b=None, padding="valid"):
    k = w.shape[-1]
    if padding == "circular":
        x = torch.nn.functional.pad(x, (k // 2, k // 2), mode="circular")
    out = torch.nn.functional.conv1d(x, w)
    if b is not None:
        out = out + b[None, :, None]
    return out


def symmetrise_matrix(W):
    n = W.shape[0]
    P = torch.roll(torch.eye(n, dtype=W.dtype), 1, 0)
    terms = [torch.linalg.matrix_power(P.T, g) @ W @ torch.linalg.matrix_power(P, g)
             for g in range(n)]
    return sum(terms) / n


def moves(x, group):
    if group == "shift":
        return [(g, torch.roll(x, g, -1)) for g in range(x.shape[-1])]
    return [(g, torch.rot90(x, g, (-2, -1))) for g in range(4)]


def average_invariant(f, x, group):
    return torch.stack([f(m) for _, m in moves(x, group)]).mean(0)


def average_equivariant(f, x, group):
    out = []
    for g, m in moves(x, group):
        y = f(m)
        out.append(torch.roll(y, -g, -1) if group == "shift" else torch.rot90(y, -g, (-2, -1)))
    return torch.stack(out).mean(0)

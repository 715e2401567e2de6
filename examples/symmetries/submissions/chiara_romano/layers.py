import torch


def conv1d(x, w, b=None, padding="valid"):
    n = x.shape[-1]
    k = w.shape[-1]
    if k > n:
        raise ValueError("kernel too long"
    if padding == "circular":
        half = k // 2
        x = torch.cat([x[:, :, n - half:], x, x[:, :, :half]], dim=2)
    return torch.nn.functional.conv1d(x, w, b)


def symmetrise_matrix(W):
    return sum(torch.roll(W, (g, g), (0, 1)) for g in range(len(W))) / len(W)

"""Convolutions by Fourier transform; a matrix by the frequencies on its diagonal."""

import torch


def conv1d(x, w, b=None, padding="valid"):
    n, k = x.shape[-1], w.shape[-1]
    if k > n or padding not in ("valid", "circular"):
        raise ValueError
    if padding == "circular" and k % 2 == 0:
        raise ValueError
    spectrum = torch.fft.fft(w, n).conj()
    y = torch.fft.ifft(torch.einsum("bcf,ocf->bof", torch.fft.fft(x), spectrum)).real
    y = y[..., : n - k + 1] if padding == "valid" else y.roll(k // 2, -1)
    if b is not None:
        y = y + b.reshape(-1, 1)
    return y


def symmetrise_matrix(W):
    n = len(W)
    F = torch.fft.fft(torch.eye(n, dtype=torch.complex128)) / n**0.5
    eigenvalues = torch.diagonal(F @ W.to(F.dtype) @ F.mH)
    return (F.mH @ torch.diag(eigenvalues) @ F).real


def images(x, group):
    if group == "shift":
        for g in range(x.shape[-1]):
            yield torch.cat([x[..., g:], x[..., :g]], -1), g
    elif group == "c4" and x.dim() > 1 and x.shape[-1] == x.shape[-2]:
        yield x, 0
        yield x.mT.flip(-2), 1
        yield x.flip(-1, -2), 2
        yield x.mT.flip(-1), 3
    else:
        raise ValueError


def average_invariant(f, x, group):
    outputs = [f(image) for image, _ in images(x, group)]
    return torch.stack(outputs).mean(0)


def average_equivariant(f, x, group):
    outputs = []
    for image, g in images(x, group):
        y = f(image)
        outputs.append(y.roll(g, -1) if group == "shift" else y.rot90(4 - g, (-2, -1)))
    return torch.stack(outputs).mean(0)

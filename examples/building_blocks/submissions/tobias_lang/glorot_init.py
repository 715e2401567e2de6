# Abgabe Tobias Lang
import math

import torch


def fans(shape, groups=1):
    if len(shape) < 2 or min(shape) < 1:
        raise ValueError("Form passt nicht")
    if groups < 1 or shape[0] % groups != 0:
        raise ValueError("Gruppen gehen nicht auf")
    feld = math.prod(shape[2:])
    return shape[1] * feld, (shape[0] // groups) * feld


def signal_scale(d0, d1, s):
    return {"z": s * d0**0.5, "h": s * (d0 / 2) ** 0.5, "dx": s * (d1 / 2) ** 0.5}


def relu_std(d0, d1, mode):
    varianz = {
        "forward": lambda: 2 / d0,
        "backward": lambda: 2 / d1,
        "compromise": lambda: 4 / (d0 + d1),
    }
    if mode not in varianz or d0 < 1 or d1 < 1:
        raise ValueError("ungueltig")
    return math.sqrt(varianz[mode]())


def glorot_std(fan_in, fan_out, gain=1.0):
    if fan_in < 1 or fan_out < 1 or gain <= 0:
        raise ValueError("muss positiv sein")
    varianz = gain * 2 / (fan_in + fan_out)
    return math.sqrt(varianz)


def glorot_bound(fan_in, fan_out, gain=1.0):
    return math.sqrt(3) * glorot_std(fan_in, fan_out, gain)


def glorot_normal(shape, gain=1.0, generator=None):
    sigma = glorot_std(*fans(shape), gain)
    return sigma * torch.randn(*shape, generator=generator)


def glorot_uniform(shape, gain=1.0, generator=None):
    grenze = glorot_bound(*fans(shape), gain)
    return grenze * (2 * torch.rand(*shape, generator=generator) - 1)


def _groesse(t):
    return torch.sqrt(torch.mean(t * t)).item()


def propagate(weights, x, grad):
    h, masken = x, []
    vorwaerts = [_groesse(h)]
    for W in weights:
        h = torch.relu(h @ W.T)
        masken.append((h > 0).double())
        vorwaerts.append(_groesse(h))
    rueckwaerts = [_groesse(grad)]
    for W, maske in zip(reversed(weights), reversed(masken)):
        grad = (grad * maske) @ W
        rueckwaerts.append(_groesse(grad))
    return {"forward": vorwaerts, "backward": rueckwaerts}

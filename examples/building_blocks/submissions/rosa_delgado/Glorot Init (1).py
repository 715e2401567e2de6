# Rosa Delgado -- Glorot
import math

import torch


def fans(shape, groups=1):
    if len(shape) < 2 or min(shape) < 1:
        raise ValueError("forma")
    if groups < 1 or shape[0] % groups != 0:
        raise ValueError("grupos")
    campo = math.prod(shape[2:])
    return shape[1] * campo, shape[0] // groups * campo


def signal_scale(d0, d1, s):
    # la mitad de las unidades se apaga
    z = s * math.sqrt(d0)
    return {"z": z, "h": z / 2, "dx": s * math.sqrt(d1) / 2}


def relu_std(d0, d1, mode):
    if d0 < 1 or d1 < 1:
        raise ValueError("unidades")
    opciones = {"forward": 2 / d0, "backward": 2 / d1, "compromise": 4 / (d0 + d1)}
    if mode not in opciones:
        raise ValueError("modo")
    return math.sqrt(opciones[mode])


def glorot_std(fan_in, fan_out, gain=1.0):
    if fan_in < 1 or fan_out < 1 or gain <= 0:
        raise ValueError("positivo")
    return gain * math.sqrt(2 / (fan_in + fan_out))


def glorot_bound(fan_in, fan_out, gain=1.0):
    return math.sqrt(3) * glorot_std(fan_in, fan_out, gain)


def glorot_normal(shape, gain=1.0, generator=None):
    return torch.randn(*shape, generator=generator) * glorot_std(*fans(shape), gain)


def glorot_uniform(shape, gain=1.0, generator=None):
    cota = glorot_bound(*fans(shape), gain)
    return torch.rand(*shape, generator=generator) * 2 * cota - cota


def escala(v):
    return math.sqrt((v**2).mean())


def propagate(weights, x, grad):
    hs = [x]
    for W in weights:
        hs.append(torch.relu(hs[-1] @ W.T))
    gs = [grad]
    for k in reversed(range(len(weights))):
        gs.append((gs[-1] * (hs[k + 1] > 0)) @ weights[k])
    return {"forward": [escala(h) for h in hs], "backward": [escala(g) for g in gs]}

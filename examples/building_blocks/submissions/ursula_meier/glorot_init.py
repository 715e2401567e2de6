# Übung "Bausteine", Aufgabe 2 – Ursula Meier
# (getippt mit dem Editor von Windows)
import math

import torch


def fans(shape, groups=1):
    """fan_in, fan_out – für Faltungen mit der Größe des Kerns."""
    if len(shape) < 2 or any(länge < 1 for länge in shape):
        raise ValueError("ungültige Form")
    if groups < 1 or shape[0] % groups:
        raise ValueError("ungültige Gruppen")
    größe = math.prod(shape[2:])
    return shape[1] * größe, shape[0] // groups * größe


def signal_scale(d0, d1, s):
    return {
        "z": s * math.sqrt(d0),
        "h": s * math.sqrt(d0 / 2),
        "dx": s * math.sqrt(d1 / 2),
    }


def relu_std(d0, d1, mode):
    if d0 < 1 or d1 < 1:
        raise ValueError("mindestens ein Neuron")
    if mode == "forward":
        return math.sqrt(2 / d0)
    elif mode == "backward":
        return math.sqrt(2 / d1)
    elif mode == "compromise":
        return 2 / math.sqrt(d0 + d1)
    else:
        raise ValueError("unbekannter Modus")


def glorot_std(fan_in, fan_out, gain=1.0):
    if fan_in < 1 or fan_out < 1 or not gain > 0:
        raise ValueError("nur Positives")
    return gain * math.sqrt(2 / (fan_in + fan_out))


def glorot_bound(fan_in, fan_out, gain=1.0):
    return math.sqrt(3) * glorot_std(fan_in, fan_out, gain)


def glorot_normal(shape, gain=1.0, generator=None):
    gewichte = torch.empty(shape, dtype=torch.float32)
    gewichte.normal_(mean=0.0, std=glorot_std(*fans(shape), gain), generator=generator)
    return gewichte


def glorot_uniform(shape, gain=1.0, generator=None):
    grenze = glorot_bound(*fans(shape), gain)
    gewichte = torch.empty(shape, dtype=torch.float32)
    gewichte.uniform_(-grenze, grenze, generator=generator)
    return gewichte


def größe_von(werte):
    return math.sqrt((werte * werte).mean().item())


def propagate(weights, x, grad):
    hs = [x]
    for W in weights:
        hs.append(torch.relu(hs[-1] @ W.T))
    gs = [grad]
    for W, h in zip(reversed(weights), reversed(hs)):
        gs.append((gs[-1] * (h > 0)) @ W)
    return {
        "forward": [größe_von(h) for h in hs],
        "backward": [größe_von(g) for g in gs],
    }

import math
import torch
from torch.nn import init

def fans(shape, groups=1):
    # torch already knows this :)
    fan_in, fan_out = init._calculate_fan_in_and_fan_out(torch.empty(shape, device="meta"))
    return fan_in, fan_out

def signal_scale(d0, d1, s):
    z = s * math.sqrt(d0)
    return {"z": z, "h": z / math.sqrt(2), "dx": s * math.sqrt(d1) / math.sqrt(2)}

def relu_std(d0, d1, mode):
    if d0 < 1 or d1 < 1:
        raise ValueError("need units")
    if mode == "forward":
        var = 2 / d0
    elif mode == "backward":
        var = 2 / d1
    elif mode == "compromise":
        var = 4 / (d0 + d1)
    else:
        raise ValueError("mode?")
    return math.sqrt(var)

def glorot_std(fan_in, fan_out, gain=1.0):
    if fan_in < 1 or fan_out < 1 or gain <= 0:
        raise ValueError("positive!")
    return gain * math.sqrt(2 / (fan_in + fan_out))

def glorot_bound(fan_in, fan_out, gain=1.0):
    return math.sqrt(3) * glorot_std(fan_in, fan_out, gain)

def glorot_normal(shape, gain=1.0, generator=None):
    return init.xavier_normal_(torch.empty(shape), gain, generator=generator)

def glorot_uniform(shape, gain=1.0, generator=None):
    return init.xavier_uniform_(torch.empty(shape), gain, generator=generator)

def propagate(weights, x, grad):
    hs = [x]
    for W in weights:
        hs.append((hs[-1] @ W.T).clamp(min=0))
    gs = [grad]
    for k in range(len(weights))[::-1]:
        gs.append((gs[-1] * (hs[k + 1] > 0)) @ weights[k])
    def rms(t):
        return (t ** 2).mean().item() ** 0.5
    return {"forward": list(map(rms, hs)), "backward": list(map(rms, gs))}

# KARL ERIKSSON, EX 2
import math
import torch


def fans(shape, groups=1):
    if len(shape) < 2 or min(shape) < 1:
        raise ValueError('shape')
    if groups < 1 or shape[0] % groups != 0:
        raise ValueError('groups')
    field = 1
    for k in shape[2:]:
        field = field * k
    return [shape[1] * field, shape[0] // groups * field]


def signal_scale(d0, d1, s):
    return {'z': s * math.sqrt(d0), 'h': s * math.sqrt(d0 / 2), 'dx': s * math.sqrt(d1 / 2)}


def relu_std(d0, d1, mode):
    if d0 < 1 or d1 < 1:
        raise ValueError('d')
    if mode == 'forward':
        return math.sqrt(2 / d0)
    elif mode == 'backward':
        return math.sqrt(2 / d1)
    elif mode == 'compromise':
        return math.sqrt(4 / (d0 + d1))
    else:
        raise ValueError('mode')


def glorot_std(fan_in, fan_out, gain=1.0):
    if fan_in < 1 or fan_out < 1 or gain <= 0:
        raise ValueError('arguments')
    return gain * math.sqrt(2 / (fan_in + fan_out))


def glorot_bound(fan_in, fan_out, gain=1.0):
    return gain * math.sqrt(6 / (fan_in + fan_out)) if glorot_std(fan_in, fan_out, gain) else None


def glorot_normal(shape, gain=1.0, generator=None):
    # W = std * randn(fan_in, fan_out)
    f = fans(shape)
    W = torch.randn(f[0], shape[0], generator=generator)
    return glorot_std(f[0], f[1], gain) * W


def glorot_uniform(shape, gain=1.0, generator=None):
    # W = bound * (2 * rand(fan_in, fan_out) - 1)
    f = fans(shape)
    W = torch.rand(f[0], shape[0], generator=generator)
    return glorot_bound(f[0], f[1], gain) * (2 * W - 1)


def propagate(weights, x, grad):
    L = len(weights)
    h = [x]
    for l in range(L):
        h.append(torch.relu(torch.mm(h[l], weights[l].T)))
    d = [grad]
    for l in range(L, 0, -1):
        d.append(torch.mm(d[-1] * (h[l] > 0), weights[l - 1]))
    fwd = []
    for l in range(L + 1):
        fwd.append(math.sqrt(torch.mean(h[l] ** 2)))
    bwd = []
    for l in range(L + 1):
        bwd.append(math.sqrt(torch.mean(d[l] ** 2)))
    return {'forward': fwd, 'backward': bwd}

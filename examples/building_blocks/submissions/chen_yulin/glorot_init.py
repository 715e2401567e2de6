import torch


def fans(shape, groups=1):
    if len(shape) < 2:
        raise ValueError("need out and in")
    for s in shape:
        if s < 1:
            raise ValueError("empty axis")
    if groups < 1 or shape[0] % groups != 0:
        raise ValueError("groups do not divide")
    field = 1
    for s in shape[2:]:
        field = field * s
    return shape[1] * field, (shape[0] // groups) * field


def signal_scale(d0, d1, s):
    # add the variance of every term
    z2 = 0.0
    for i in range(d0):
        z2 = z2 + s * s
    h2 = z2 / 2
    dx2 = 0.0
    for j in range(d1):
        dx2 = dx2 + s * s / 2
    return {"z": z2**0.5, "h": h2**0.5, "dx": dx2**0.5}


def relu_std(d0, d1, mode):
    if d0 < 1 or d1 < 1:
        raise ValueError("no units")
    if mode == "forward":
        return (2 / d0) ** 0.5
    if mode == "backward":
        return (2 / d1) ** 0.5
    if mode == "compromise":
        return (4 / (d0 + d1)) ** 0.5
    raise ValueError("mode " + str(mode))


def glorot_std(fan_in, fan_out, gain=1.0):
    if fan_in < 1 or fan_out < 1 or gain <= 0:
        raise ValueError("not positive")
    return gain * (2 / (fan_in + fan_out)) ** 0.5


def glorot_bound(fan_in, fan_out, gain=1.0):
    return glorot_std(fan_in, fan_out, gain) * 3**0.5


def glorot_normal(shape, gain=1.0, generator=None):
    fan_in, fan_out = fans(shape)
    std = glorot_std(fan_in, fan_out, gain)
    size = 1
    for s in shape:
        size = size * s
    numbers = []
    for n in range(size):
        numbers.append(torch.randn((), generator=generator).item() * std)
    return torch.tensor(numbers, dtype=torch.float32).reshape(shape)


def glorot_uniform(shape, gain=1.0, generator=None):
    fan_in, fan_out = fans(shape)
    a = glorot_bound(fan_in, fan_out, gain)
    size = 1
    for s in shape:
        size = size * s
    numbers = []
    for n in range(size):
        u = torch.rand((), generator=generator).item()
        numbers.append(-a + 2 * a * u)
    return torch.tensor(numbers, dtype=torch.float32).reshape(shape)


def rms(matrix):
    total = 0.0
    count = 0
    for row in matrix:
        for v in row:
            total += v * v
            count += 1
    return (total / count) ** 0.5


def propagate(weights, x, grad):
    h = x.tolist()
    Ws = []
    for W in weights:
        Ws.append(W.tolist())
    hs = [h]
    for W in Ws:
        new = []
        for example in hs[-1]:
            row = []
            for unit in W:
                z = 0.0
                for i in range(len(unit)):
                    z += unit[i] * example[i]
                row.append(z if z > 0 else 0.0)
            new.append(row)
        hs.append(new)
    gs = [grad.tolist()]
    for k in range(len(Ws) - 1, -1, -1):
        new = []
        for e in range(len(gs[-1])):
            row = []
            for i in range(len(Ws[k][0])):
                d = 0.0
                for j in range(len(Ws[k])):
                    if hs[k + 1][e][j] > 0:
                        d += gs[-1][e][j] * Ws[k][j][i]
                row.append(d)
            new.append(row)
        gs.append(new)
    forward = []
    for m in hs:
        forward.append(rms(m))
    backward = []
    for m in gs:
        backward.append(rms(m))
    return {"forward": forward, "backward": backward}

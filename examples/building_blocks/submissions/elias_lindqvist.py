#!/usr/bin/env python3
# -*- coding: utf-8 -*-
#
#  HOMEWORK "BUILDING BLOCKS"     Elias Lindqvist
#  all four tasks in one file because I kept losing track of the tabs
#
#  TODO remove prints before handing in!!!
#
import math
import sys

import torch

print("=" * 72)
print("python", sys.version)
print("torch ", torch.__version__)
print("=" * 72)

DEBUG = True


def dbg(*things):
    if DEBUG:
        print("[DEBUG]", *things)


# --------------------------------------------------------------------------
#  1) parameter counts
# --------------------------------------------------------------------------
print(">>> loading part 1: parameter counts")


def mlp_parameters(sizes, bias=False):
    dbg("mlp_parameters called with", sizes, "bias =", bias)
    if len(sizes) < 2:
        print("!!! too few sizes")
        raise ValueError("too few sizes: " + repr(sizes))
    for number, size in enumerate(sizes):
        dbg("   size", number, "is", size)
        if size < 1:
            print("!!! bad size")
            raise ValueError("bad size: " + repr(size))
    total = 0
    for i in range(1, len(sizes)):
        weights = sizes[i - 1] * sizes[i]
        biases = sizes[i] if bias else 0
        total += weights + biases
        dbg("   layer", i, ":", weights, "weights +", biases, "biases -> total", total)
    return total


def shallow_parameters(hidden, bias=False):
    answer = mlp_parameters([784, hidden, 10], bias)
    print("shallow net with", hidden, "hidden units has", answer, "parameters")
    return answer


def deep_parameters(hidden1, hidden2, bias=False):
    answer = mlp_parameters([784, hidden1, hidden2, 10], bias)
    print("deep net with", hidden1, "and", hidden2, "hidden units has", answer, "parameters")
    return answer


def layer_parameters(layer):
    print("layer_parameters:", layer)
    kind = layer["kind"]
    n = None
    buffers = 0
    if kind == "linear":
        n = layer["in"] * layer["out"]
        dbg("weights", n)
        if layer.get("bias", True):
            n += layer["out"]
            dbg("with bias", n)
    if kind == "conv2d":
        g = layer.get("groups", 1)
        if layer["in"] % g != 0 or layer["out"] % g != 0:
            print("!!! groups do not divide")
            raise ValueError("groups do not divide")
        kh, kw = layer["kernel"]
        dbg("kernel", kh, "x", kw, "groups", g)
        n = layer["out"] * (layer["in"] // g) * kh * kw
        if layer.get("bias", True):
            n += layer["out"]
    if kind == "embedding":
        n = layer["num"] * layer["dim"]
    if kind in ["rnn", "gru", "lstm"]:
        gates = {"rnn": 1, "gru": 3, "lstm": 4}[kind]
        dirs = 2 if layer.get("bidirectional") else 1
        h = layer["hidden"]
        d = layer["in"]
        n = 0
        for l in range(layer.get("layers", 1)):
            here = dirs * gates * (h * d + h * h + h * layer.get("bias_vectors", 2))
            dbg("   recurrent layer", l, "reads", d, "numbers, has", here)
            n += here
            d = h * dirs
    if kind == "layernorm":
        size = math.prod(layer["shape"])
        n = 0
        if layer.get("affine", True):
            n = size * 2 if layer.get("bias", True) else size
    if kind == "batchnorm":
        n = 2 * layer["features"] if layer.get("affine", True) else 0
        if layer.get("track", True):
            buffers = layer["features"] * 2 + 1
            dbg("   running mean, running var, and the batch counter:", buffers)
    if kind == "attention":
        if layer["dim"] % layer["heads"] != 0:
            print("!!! heads do not divide")
            raise ValueError("heads do not divide")
        n = 4 * layer["dim"] ** 2
        if layer.get("bias", True):
            n += 4 * layer["dim"]
    if kind == "tied_lm":
        n = layer["num"] * layer["dim"]
        if layer.get("bias", False):
            n += layer["num"]
    if n is None:
        print("!!! unknown kind", kind)
        raise ValueError("unknown kind " + str(kind))
    print("   ->", n, "trainable,", buffers, "buffers")
    return {"trainable": n, "buffers": buffers}


def module_parameters(module):
    print("module_parameters of")
    print(module)
    result = {"trainable": 0, "frozen": 0, "buffers": 0}
    for name, p in module.named_parameters():
        print("   ", name, tuple(p.shape), "trainable" if p.requires_grad else "FROZEN")
        if p.requires_grad:
            result["trainable"] += p.numel()
        else:
            result["frozen"] += p.numel()
    for name, b in module.named_buffers():
        print("   ", name, tuple(b.shape), "buffer")
        result["buffers"] += b.numel()
    print("   ->", result)
    return result


def sharing(layer):
    print("sharing:", layer)
    if layer["kind"] == "fully_connected":
        p = layer["in"] * layer["out"]
        r = 1
    elif layer["kind"] == "conv1d":
        p = layer["kernel"]
        r = layer["length"] - layer["kernel"] + 1
        if r <= 0:
            raise ValueError("kernel too long")
    elif layer["kind"] == "recurrent":
        p = layer["hidden"] * layer["in"] + layer["hidden"] * layer["hidden"]
        r = layer["steps"]
    else:
        raise ValueError("unknown kind")
    result = {"parameters": p, "connections": p * r, "reuse": float(r)}
    print("   ->", result)
    return result


def tie_gradients(grads):
    print("tie_gradients", tuple(grads.shape), "->", tuple(grads.shape[1:]))
    return torch.sum(grads, 0)


# --------------------------------------------------------------------------
#  2) glorot
# --------------------------------------------------------------------------
print(">>> loading part 2: glorot")


def fans(shape, groups=1):
    print("fans", shape, groups)
    if len(shape) < 2 or min(shape) < 1 or groups < 1 or shape[0] % groups:
        print("!!! refused")
        raise ValueError("no fans for " + repr(shape))
    field = 1
    for k in shape[2:]:
        field *= k
        dbg("   field is now", field)
    return shape[1] * field, shape[0] // groups * field


def signal_scale(d0, d1, s):
    print("signal_scale", d0, d1, s)
    z = s * math.sqrt(d0)
    print("   z =", z)
    h = s * math.sqrt(d0 / 2)
    print("   h =", h, "(half of the squares)")
    dx = s * math.sqrt(d1 / 2)
    print("   dx =", dx)
    return {"z": z, "h": h, "dx": dx}


def relu_std(d0, d1, mode):
    print("relu_std", d0, d1, mode)
    if d0 < 1 or d1 < 1:
        raise ValueError("d0, d1 >= 1")
    if mode == "forward":
        return math.sqrt(2.0 / d0)
    if mode == "backward":
        return math.sqrt(2.0 / d1)
    if mode == "compromise":
        return math.sqrt(4.0 / (d0 + d1))
    print("!!! no such mode")
    raise ValueError("mode is " + repr(mode))


def glorot_std(fan_in, fan_out, gain=1.0):
    if fan_in < 1 or fan_out < 1 or gain <= 0:
        print("!!! refused")
        raise ValueError("must be positive")
    std = gain * math.sqrt(2.0 / (fan_in + fan_out))
    print("glorot_std(", fan_in, fan_out, gain, ") =", std)
    return std


def glorot_bound(fan_in, fan_out, gain=1.0):
    bound = math.sqrt(3.0) * glorot_std(fan_in, fan_out, gain)
    print("glorot_bound(", fan_in, fan_out, gain, ") =", bound)
    return bound


def glorot_normal(shape, gain=1.0, generator=None):
    w = torch.empty(*shape)
    torch.nn.init.xavier_normal_(w, gain, generator)
    print("glorot_normal: first numbers", w.flatten()[:5].tolist(), "std", w.std().item())
    return w


def glorot_uniform(shape, gain=1.0, generator=None):
    w = torch.empty(*shape)
    torch.nn.init.xavier_uniform_(w, gain, generator)
    print("glorot_uniform: first numbers", w.flatten()[:5].tolist(), "max", w.max().item())
    return w


def propagate(weights, x, grad):
    h = x
    keep = [x]
    for number, W in enumerate(weights):
        print("propagate: layer", number, "W", tuple(W.shape), "h", tuple(h.shape))
        h = torch.relu(h @ W.t())
        keep.append(h)
    f = [math.sqrt((h * h).mean().item()) for h in keep]
    print("forward", f)
    b = [math.sqrt((grad * grad).mean().item())]
    for number in range(len(weights) - 1, -1, -1):
        grad = grad * (keep[number + 1] > 0).double()
        grad = grad @ weights[number]
        b.append(math.sqrt((grad * grad).mean().item()))
    print("backward", b)
    return {"forward": f, "backward": b}


# --------------------------------------------------------------------------
#  3) LSTM
# --------------------------------------------------------------------------
print(">>> loading part 3: LSTM")


def show(name, t):
    print("    %-8s %-12s mean %+.4f  max %+.4f" % (name, tuple(t.shape), t.mean(), t.abs().max()))


def lstm_cell_forward(x, h_prev, c_prev, W_x, W_h, b):
    print("--- lstm_cell_forward")
    H = h_prev.shape[1]
    a = torch.matmul(x, W_x.t()) + torch.matmul(h_prev, W_h.t()) + b
    a_f = a[:, 0 * H : 1 * H]
    a_i = a[:, 1 * H : 2 * H]
    a_g = a[:, 2 * H : 3 * H]
    a_o = a[:, 3 * H : 4 * H]
    f = torch.sigmoid(a_f)
    i = torch.sigmoid(a_i)
    g = torch.tanh(a_g)
    o = torch.sigmoid(a_o)
    c = f * c_prev + i * g
    tanh_c = torch.tanh(c)
    h = o * tanh_c
    trace = {"a_f": a_f, "a_i": a_i, "a_g": a_g, "a_o": a_o}
    trace.update({"f": f, "i": i, "g": g, "o": o, "c": c, "tanh_c": tanh_c, "h": h})
    for name in trace:
        show(name, trace[name])
    return trace


def lstm_cell_backward(dh, dc_next, trace):
    print("--- lstm_cell_backward")
    show("dh", dh)
    show("dc_next", dc_next)
    f = trace["f"]
    i = trace["i"]
    g = trace["g"]
    o = trace["o"]
    tanh_c = trace["tanh_c"]
    dc = dc_next + dh * o * (1 - tanh_c * tanh_c)
    do = dh * tanh_c
    df = dc * trace["c_prev"]
    di = dc * g
    dg = dc * i
    dc_prev = dc * f
    da_f = df * f * (1 - f)
    da_i = di * i * (1 - i)
    da_g = dg * (1 - g * g)
    da_o = do * o * (1 - o)
    da = torch.cat((da_f, da_i, da_g, da_o), 1)
    out = {"dc": dc, "do": do, "df": df, "di": di, "dg": dg, "dc_prev": dc_prev}
    out.update({"da_f": da_f, "da_i": da_i, "da_g": da_g, "da_o": da_o, "da": da})
    out["db"] = da.sum(0)
    out["dW_x"] = da.t() @ trace["x"]
    out["dW_h"] = da.t() @ trace["h_prev"]
    out["dx"] = da @ trace["W_x"]
    out["dh_prev"] = da @ trace["W_h"]
    for name in out:
        show(name, out[name])
    return out


def lstm_forward(xs, h0, c0, W_x, W_h, b):
    hs, cs, traces = [], [], []
    h, c = h0, c0
    for t in range(xs.shape[0]):
        print("*** step", t, "of", xs.shape[0])
        trace = lstm_cell_forward(xs[t], h, c, W_x, W_h, b)
        trace["x"], trace["h_prev"], trace["c_prev"] = xs[t], h, c
        trace["W_x"], trace["W_h"], trace["b"] = W_x, W_h, b
        h, c = trace["h"], trace["c"]
        hs.append(h)
        cs.append(c)
        traces.append(trace)
    return {"hs": torch.stack(hs), "cs": torch.stack(cs), "traces": traces}


def lstm_backward(dhs, dc_last, traces):
    T = len(traces)
    dh_carry = torch.zeros_like(dc_last)
    dc_carry = dc_last
    steps = [None] * T
    for t in range(T - 1, -1, -1):
        print("*** step", t, "backwards")
        steps[t] = lstm_cell_backward(dhs[t] + dh_carry, dc_carry, traces[t])
        dh_carry = steps[t]["dh_prev"]
        dc_carry = steps[t]["dc_prev"]
    result = {}
    result["dW_x"] = sum(s["dW_x"] for s in steps)
    result["dW_h"] = sum(s["dW_h"] for s in steps)
    result["db"] = sum(s["db"] for s in steps)
    result["dxs"] = torch.stack([s["dx"] for s in steps])
    result["dh_prevs"] = torch.stack([s["dh_prev"] for s in steps])
    result["dc_prevs"] = torch.stack([s["dc_prev"] for s in steps])
    result["dh0"] = dh_carry
    result["dc0"] = dc_carry
    print("*** done, |dh0| =", dh_carry.norm().item())
    return result


def rnn_backward(dhs, hs, h0, xs, W_x, W_h):
    print("--- rnn_backward")
    dW_x = torch.zeros_like(W_x)
    dW_h = torch.zeros_like(W_h)
    db = torch.zeros(W_h.shape[0], dtype=W_h.dtype)
    dh_prevs = torch.zeros_like(hs)
    carry = torch.zeros_like(h0)
    for t in range(hs.shape[0] - 1, -1, -1):
        dh = dhs[t] + carry
        da = dh * (1 - hs[t] * hs[t])
        h_prev = hs[t - 1] if t > 0 else h0
        dW_x = dW_x + da.t() @ xs[t]
        dW_h = dW_h + da.t() @ h_prev
        db = db + da.sum(0)
        carry = da @ W_h
        dh_prevs[t] = carry
        print("    t =", t, "|carry| =", carry.norm().item())
    return {"dh_prevs": dh_prevs, "dW_x": dW_x, "dW_h": dW_h, "db": db}


def decay_per_step(norms):
    print("decay_per_step", norms)
    if len(norms) < 2:
        raise ValueError("too few")
    if not all(n > 0 for n in norms):
        raise ValueError("not positive")
    K = len(norms)
    x = list(range(K))
    y = [math.log(n) for n in norms]
    xm = sum(x) / K
    ym = sum(y) / K
    slope = sum((a - xm) * (b - ym) for a, b in zip(x, y)) / sum((a - xm) ** 2 for a in x)
    print("slope", slope)
    return math.exp(slope)


def forget_bias_for(memory_steps):
    f = 0.5 ** (1.0 / memory_steps)
    print("forget gate must be", f)
    return math.log(f / (1.0 - f))


# --------------------------------------------------------------------------
#  4) table
# --------------------------------------------------------------------------
print(">>> loading part 4: table")

TABLE = {}
TABLE["fully_connected"] = {
    "inputs": "Units",
    "interactions": "Fully connected",
    "invariance": "None",
    "bias": "Weak",
}
TABLE["convolutional"] = {
    "inputs": "Image pixels",
    "interactions": "Local receptive fields",
    "invariance": "Translation in space",
    "bias": "Locality",
}
TABLE["recurrent"] = {
    "inputs": "Time steps",
    "interactions": "In sequence",
    "invariance": "Translation in time",
    "bias": "Order in time",
}
for row in TABLE:
    print(row, TABLE[row])


def ridge_statements():
    ids = ["linear", "squared", "gaussian_noise", "small", "gaussian_prior"]
    print("ridge believes in", ids)
    return ids


def norm(v):
    return torch.sqrt(torch.sum(v * v)).item()


def equivariance_error(layer, x, shift):
    a = layer(torch.roll(x, shift, dims=-1))
    b = torch.roll(layer(x), shift, dims=-1)
    print("equivariance: |a| =", norm(a), " |b| =", norm(b), " |a-b| =", norm(a - b))
    return norm(a - b) / norm(b)


def invariance_error(layer, x, shift):
    a = layer(torch.roll(x, shift, dims=-1))
    b = layer(x)
    print("invariance: |a| =", norm(a), " |b| =", norm(b), " |a-b| =", norm(a - b))
    return norm(a - b) / norm(b)


def permutation_error(layer, x, perm):
    a = layer(x[:, perm, :])
    b = layer(x)[:, perm, :]
    print("permutation: |a| =", norm(a), " |b| =", norm(b), " |a-b| =", norm(a - b))
    return norm(a - b) / norm(b)


def receptive_field(layer, length, position):
    x = torch.randn(1, 1, length, dtype=torch.float64)
    J = torch.autograd.functional.jacobian(lambda v: layer(v)[0, :, position], x)
    print("jacobian")
    print(J)
    hits = []
    for j in range(length):
        if (J[:, 0, 0, j] != 0).any():
            hits.append(j)
    print("field", hits)
    return hits


def delay_error(rnn, x, k):
    zeros = torch.zeros(k, x.shape[1], x.shape[2], dtype=x.dtype)
    a = rnn(torch.cat([zeros, x], dim=0))[k:]
    b = rnn(x)
    print("delay: |a-b| =", norm(a - b))
    return norm(a - b) / norm(b)


print(">>> all loaded, checking the numbers of the handout")
assert shallow_parameters(100) == 79400
assert deep_parameters(128, 64, bias=True) == 109386
assert fans([32, 16, 3, 3]) == (144, 288)
assert forget_bias_for(1) == 0.0
print(">>> OK!!!")

if __name__ == "__main__":
    print("nothing to do, import me")

# loops are for people who have not understood recursion
import math

import torch


def lstm_cell_forward(x, h_prev, c_prev, W_x, W_h, b):
    H = h_prev.shape[1]

    def part(k):
        rows = slice(k * H, (k + 1) * H)
        return x @ W_x[rows].T + h_prev @ W_h[rows].T + b[rows]

    a_f, a_i, a_g, a_o = map(part, range(4))
    f, i, g, o = a_f.sigmoid(), a_i.sigmoid(), a_g.tanh(), a_o.sigmoid()
    c = f * c_prev + i * g
    return {
        "a_f": a_f, "a_i": a_i, "a_g": a_g, "a_o": a_o, "f": f, "i": i, "g": g, "o": o,
        "c": c, "tanh_c": c.tanh(), "h": o * c.tanh(),
    }


def lstm_cell_backward(dh, dc_next, trace):
    def sigmoid_back(dy, y):
        return dy * y * (1 - y)

    def tanh_back(dy, y):
        return dy * (1 - y * y)

    do = dh * trace["tanh_c"]
    dc = dc_next + tanh_back(dh * trace["o"], trace["tanh_c"])
    df, di, dg = dc * trace["c_prev"], dc * trace["g"], dc * trace["i"]
    da = [sigmoid_back(df, trace["f"]), sigmoid_back(di, trace["i"]), tanh_back(dg, trace["g"])]
    da.append(sigmoid_back(do, trace["o"]))
    whole = torch.cat(da, 1)
    return {
        "dc": dc, "do": do, "df": df, "di": di, "dg": dg, "dc_prev": dc * trace["f"],
        "da_f": da[0], "da_i": da[1], "da_g": da[2], "da_o": da[3], "da": whole,
        "db": whole.sum(0), "dW_x": whole.T @ trace["x"], "dW_h": whole.T @ trace["h_prev"],
        "dx": whole @ trace["W_x"], "dh_prev": whole @ trace["W_h"],
    }


def unroll(xs, h, c, W):
    if len(xs) == 0:
        return []
    trace = {"x": xs[0], "h_prev": h, "c_prev": c, "W_x": W[0], "W_h": W[1], "b": W[2]}
    trace.update(lstm_cell_forward(xs[0], h, c, *W))
    return [trace] + unroll(xs[1:], trace["h"], trace["c"], W)


def lstm_forward(xs, h0, c0, W_x, W_h, b):
    traces = unroll(xs, h0, c0, (W_x, W_h, b))
    return {
        "hs": torch.stack([t["h"] for t in traces]),
        "cs": torch.stack([t["c"] for t in traces]),
        "traces": traces,
    }


def lstm_backward(dhs, dc_last, traces):
    if len(traces) == 1:  # no future
        step = lstm_cell_backward(dhs[0], dc_last, traces[0])
        later = None
    else:  # the future first
        later = lstm_backward(dhs[1:], dc_last, traces[1:])
        step = lstm_cell_backward(dhs[0] + later["dh0"], later["dc0"], traces[0])
    result = {"dh0": step["dh_prev"], "dc0": step["dc_prev"]}
    for one, many in (("dh_prev", "dh_prevs"), ("dc_prev", "dc_prevs"), ("dx", "dxs")):
        rest = [] if later is None else [later[many]]
        result[many] = torch.cat([step[one][None], *rest])
    for name in ("dW_x", "dW_h", "db"):
        result[name] = step[name] if later is None else step[name] + later[name]
    return result


def rnn_backward(dhs, hs, h0, xs, W_x, W_h):
    if len(hs) == 0:
        zero = torch.zeros_like
        return {"dh_prevs": hs, "dW_x": zero(W_x), "dW_h": zero(W_h), "db": zero(W_h[0])}
    later = rnn_backward(dhs[1:], hs[1:], hs[0], xs[1:], W_x, W_h)
    carry = later["dh_prevs"][0] if len(hs) > 1 else 0
    da = (dhs[0] + carry) * (1 - hs[0] ** 2)
    return {
        "dh_prevs": torch.cat([(da @ W_h)[None], later["dh_prevs"]]),
        "dW_x": da.T @ xs[0] + later["dW_x"],
        "dW_h": da.T @ h0 + later["dW_h"],
        "db": da.sum(0) + later["db"],
    }


def decay_per_step(norms):
    if len(norms) < 2 or min(norms) <= 0:
        raise ValueError("norms")

    def total(values):
        return 0.0 if not values else values[0] + total(values[1:])

    n = len(norms)
    k = [j - (n - 1) / 2 for j in range(n)]
    return math.exp(total([a * math.log(v) for a, v in zip(k, norms)]) / total([a * a for a in k]))


def forget_bias_for(memory_steps):
    f = 0.5 ** (1 / memory_steps)
    return math.log(f / (1 - f))

"""Right, written with numpy and loops over the batch, one example at a time."""

import math

import numpy as np
import torch

GATES = "figo"


def lstm_cell_forward(x, h_prev, c_prev, W_x, W_h, b):
    x, h_prev, c_prev, W_x, W_h, b = (v.numpy() for v in (x, h_prev, c_prev, W_x, W_h, b))
    rows = []
    for n in range(len(x)):
        a = np.split(W_x @ x[n] + W_h @ h_prev[n] + b, 4)
        row = {f"a_{gate}": a[k] for k, gate in enumerate(GATES)}
        for gate in GATES:
            row[gate] = np.tanh(row["a_g"]) if gate == "g" else 1 / (1 + np.exp(-row[f"a_{gate}"]))
        row["c"] = row["f"] * c_prev[n] + row["i"] * row["g"]
        row["tanh_c"] = np.tanh(row["c"])
        row["h"] = row["o"] * row["tanh_c"]
        rows.append(row)
    return {name: torch.from_numpy(np.stack([row[name] for row in rows])) for name in rows[0]}


def lstm_cell_backward(dh, dc_next, trace):
    dh, dc_next = dh.numpy(), dc_next.numpy()
    k = {name: value.numpy() for name, value in trace.items()}
    rows, db, dW_x, dW_h = [], 0, 0, 0
    for n in range(len(dh)):
        f, i, g, o, tanh_c = (k[name][n] for name in ("f", "i", "g", "o", "tanh_c"))
        row = {"do": dh[n] * tanh_c}
        row["dc"] = dc_next[n] + o * dh[n] - o * dh[n] * tanh_c * tanh_c
        row["df"], row["dc_prev"] = row["dc"] * k["c_prev"][n], row["dc"] * f
        row["di"], row["dg"] = row["dc"] * g, row["dc"] * i
        for gate, value in (("f", f), ("i", i), ("o", o)):
            row[f"da_{gate}"] = row[f"d{gate}"] * (value - value * value)
        row["da_g"] = row["dg"] * (1 - g) * (1 + g)
        row["da"] = np.concatenate([row[f"da_{gate}"] for gate in GATES])
        row["dx"] = k["W_x"].T @ row["da"]
        row["dh_prev"] = k["W_h"].T @ row["da"]
        db = db + row["da"]
        dW_x = dW_x + np.outer(row["da"], k["x"][n])
        dW_h = dW_h + np.outer(row["da"], k["h_prev"][n])
        rows.append(row)
    result = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
    result |= {"db": db, "dW_x": dW_x, "dW_h": dW_h}
    return {name: torch.from_numpy(value) for name, value in result.items()}


def lstm_forward(xs, h0, c0, W_x, W_h, b):
    hs, cs, traces = torch.zeros(len(xs), *h0.shape, dtype=h0.dtype), [], []
    h, c = h0, c0
    for t in range(len(xs)):
        trace = lstm_cell_forward(xs[t], h, c, W_x, W_h, b)
        trace.update(x=xs[t], h_prev=h, c_prev=c, W_x=W_x, W_h=W_h, b=b)
        h, c = trace["h"], trace["c"]
        hs[t] = h
        cs.append(c)
        traces.append(trace)
    return {"hs": hs, "cs": torch.stack(cs), "traces": traces}


def lstm_backward(dhs, dc_last, traces):
    T = len(traces)
    dh, dc = torch.zeros_like(dc_last), dc_last.clone()
    dW_x = torch.zeros_like(traces[0]["W_x"])
    dW_h, db = torch.zeros_like(traces[0]["W_h"]), torch.zeros_like(traces[0]["b"])
    dxs, dh_prevs, dc_prevs = [None] * T, [None] * T, [None] * T
    for t in range(T - 1, -1, -1):
        step = lstm_cell_backward(dhs[t] + dh, dc, traces[t])
        dh, dc = step["dh_prev"], step["dc_prev"]
        dW_x, dW_h, db = dW_x + step["dW_x"], dW_h + step["dW_h"], db + step["db"]
        dxs[t], dh_prevs[t], dc_prevs[t] = step["dx"], dh, dc
    dxs, dh_prevs, dc_prevs = torch.stack(dxs), torch.stack(dh_prevs), torch.stack(dc_prevs)
    return {
        "dW_x": dW_x,
        "dW_h": dW_h,
        "db": db,
        "dxs": dxs,
        "dh0": dh,
        "dc0": dc,
        "dh_prevs": dh_prevs,
        "dc_prevs": dc_prevs,
    }


def rnn_backward(dhs, hs, h0, xs, W_x, W_h):
    dhs, hs, h0, xs, W_x, W_h = (v.numpy() for v in (dhs, hs, h0, xs, W_x, W_h))
    T, B, _ = hs.shape
    dh_prevs, dW_x, dW_h = np.zeros_like(hs), np.zeros_like(W_x), np.zeros_like(W_h)
    db = np.zeros(len(W_h))
    for n in range(B):
        carry = np.zeros(len(W_h))
        for t in range(T)[::-1]:
            before = hs[t - 1, n] if t > 0 else h0[n]
            da = (dhs[t, n] + carry) * (1 - hs[t, n] ** 2)
            dW_x += np.outer(da, xs[t, n])
            dW_h += np.outer(da, before)
            db += da
            carry = W_h.T @ da
            dh_prevs[t, n] = carry
    result = {"dh_prevs": dh_prevs, "dW_x": dW_x, "dW_h": dW_h, "db": db}
    return {name: torch.from_numpy(value) for name, value in result.items()}


def decay_per_step(norms):
    if len(norms) < 2:
        raise ValueError("too short")
    if any(norm <= 0 for norm in norms):
        raise ValueError("not positive")
    n = len(norms)
    ys = [math.log(norm) for norm in norms]
    sx, sy = sum(range(n)), sum(ys)
    sxx, sxy = sum(k * k for k in range(n)), sum(k * y for k, y in enumerate(ys))
    return math.exp((n * sxy - sx * sy) / (n * sxx - sx * sx))


def forget_bias_for(memory_steps):
    kept = 0.5 ** (1 / memory_steps)
    return math.log(kept / (1 - kept))

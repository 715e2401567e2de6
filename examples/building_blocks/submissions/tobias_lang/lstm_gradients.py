# Abgabe Tobias Lang
# Formeln aus dem eingescannten Skript (Kapitel LSTM), Reihenfolge f i g o
import math

import torch


def lstm_cell_forward(x, h_prev, c_prev, W_x, W_h, b):
    a = x @ W_x.T + h_prev @ W_h.T + b
    spur = dict(zip(["a_f", "a_i", "a_g", "a_o"], a.chunk(4, dim=1)))
    for tor in "fio":
        spur[tor] = torch.sigmoid(spur["a_" + tor])
    spur["g"] = torch.tanh(spur["a_g"])
    spur["c"] = spur["f"] * c_prev + spur["i"] * spur["g"]
    spur["tanh_c"] = torch.tanh(spur["c"])
    spur["h"] = spur["o"] * spur["tanh_c"]
    return spur


def lstm_cell_backward(dh, dc_next, trace):
    f, i, g, o = trace["f"], trace["i"], trace["g"], trace["o"]
    tanh2 = trace["tanh_c"] ** 2
    erg = {}
    erg["dc"] = dc_next + dh * o * (1 - tanh2)  # Skript (3)
    erg["df"] = erg["dc"] * trace["c_prev"]  # Skript (4)
    erg["di"] = erg["dc"] * g
    erg["dg"] = erg["dc"] * i
    erg["do"] = dh * tanh2  # Skript (7)
    erg["dc_prev"] = erg["dc"] * f
    erg["da_f"] = erg["df"] * f * (1 - f)
    erg["da_i"] = erg["di"] * i * (1 - i)
    erg["da_g"] = erg["dg"] * (1 - g**2)
    erg["da_o"] = erg["do"] * o * (1 - o)
    erg["da"] = torch.cat([erg["da_" + tor] for tor in "figo"], dim=1)
    erg["db"] = erg["da"].sum(0)
    erg["dW_h"] = erg["da"].T @ trace["h_prev"]
    erg["dW_x"] = erg["da"].T @ trace["x"]
    erg["dh_prev"] = erg["da"] @ trace["W_h"]
    erg["dx"] = erg["da"] @ trace["W_x"]
    return erg


def lstm_forward(xs, h0, c0, W_x, W_h, b):
    spuren = []
    h, c = h0, c0
    for x in xs:
        spur = lstm_cell_forward(x, h, c, W_x, W_h, b)
        spur = {**spur, "x": x, "h_prev": h, "c_prev": c, "W_x": W_x, "W_h": W_h, "b": b}
        h, c = spur["h"], spur["c"]
        spuren.append(spur)
    return {
        "hs": torch.stack([s["h"] for s in spuren]),
        "cs": torch.stack([s["c"] for s in spuren]),
        "traces": spuren,
    }


def lstm_backward(dhs, dc_last, traces):
    letzter = len(traces) - 1
    dh_zurueck, dc_zurueck = torch.zeros_like(dc_last), dc_last
    schritte = {}
    for t in range(letzter, -1, -1):
        schritte[t] = lstm_cell_backward(dhs[t] + dh_zurueck, dc_zurueck, traces[t])
        dh_zurueck = schritte[t]["dh_prev"]
        dc_zurueck = schritte[t]["dc_prev"]
    alle = lambda name: torch.stack([schritte[t][name] for t in range(letzter + 1)])
    return {
        "dW_x": alle("dW_x").sum(0),
        "dW_h": alle("dW_h").sum(0),
        "db": alle("db").sum(0),
        "dxs": alle("dx"),
        "dh0": dh_zurueck,
        "dc0": dc_zurueck,
        "dh_prevs": alle("dh_prev"),
        "dc_prevs": alle("dc_prev"),
    }


def rnn_backward(dhs, hs, h0, xs, W_x, W_h):
    dW_x, dW_h = torch.zeros_like(W_x), torch.zeros_like(W_h)
    db = W_h.new_zeros(W_h.shape[0])
    zurueck = torch.zeros_like(h0)
    liste = []
    for t in range(len(hs) - 1, -1, -1):
        da = (dhs[t] + zurueck) * (1 - hs[t] ** 2)
        davor = hs[t - 1] if t > 0 else h0
        dW_x, dW_h, db = dW_x + da.T @ xs[t], dW_h + da.T @ davor, db + da.sum(0)
        zurueck = da @ W_h
        liste.append(zurueck)
    return {"dh_prevs": torch.stack(liste[::-1]), "dW_x": dW_x, "dW_h": dW_h, "db": db}


def decay_per_step(norms):
    if len(norms) < 2 or any(n <= 0 for n in norms):
        raise ValueError("mindestens zwei positive Normen")
    n = len(norms)
    ys = [math.log(norm) for norm in norms]
    sx, sy = n * (n - 1) / 2, sum(ys)
    sxx, sxy = sum(k * k for k in range(n)), sum(k * y for k, y in enumerate(ys))
    return math.exp((n * sxy - sx * sy) / (n * sxx - sx * sx))


def forget_bias_for(memory_steps):
    sigma = 0.5 ** (1 / memory_steps)
    return math.log(sigma / (1 - sigma))

# KARL ERIKSSON, EX 3
# vectors are columns or rows, never just (n,)
import math
import torch


def lstm_cell_forward(x, h_prev, c_prev, W_x, W_h, b):
    H = h_prev.shape[1]
    a = torch.mm(x, W_x.T) + torch.mm(h_prev, W_h.T) + b
    tr = {}
    tr['a_f'] = a[:, 0:H]
    tr['a_i'] = a[:, H:2 * H]
    tr['a_g'] = a[:, 2 * H:3 * H]
    tr['a_o'] = a[:, 3 * H:4 * H]
    tr['f'] = torch.sigmoid(tr['a_f'])
    tr['i'] = torch.sigmoid(tr['a_i'])
    tr['g'] = torch.tanh(tr['a_g'])
    tr['o'] = torch.sigmoid(tr['a_o'])
    tr['c'] = tr['f'] * c_prev + tr['i'] * tr['g']
    tr['tanh_c'] = torch.tanh(tr['c'])
    tr['h'] = tr['o'] * tr['tanh_c']
    return tr


def lstm_cell_backward(dh, dc_next, trace):
    f, i, g, o = trace['f'], trace['i'], trace['g'], trace['o']
    r = {}
    r['dc'] = dc_next + dh * o * (1 - trace['tanh_c'] ** 2)
    r['do'] = dh * trace['tanh_c']
    r['df'] = r['dc'] * trace['c_prev']
    r['di'] = r['dc'] * g
    r['dg'] = r['dc'] * i
    r['dc_prev'] = r['dc'] * f
    r['da_f'] = r['df'] * f * (1 - f)
    r['da_i'] = r['di'] * i * (1 - i)
    r['da_g'] = r['dg'] * (1 - g ** 2)
    r['da_o'] = r['do'] * o * (1 - o)
    r['da'] = torch.cat([r['da_f'], r['da_i'], r['da_g'], r['da_o']], 1)
    r['db'] = torch.sum(r['da'], 0, keepdim=True)
    r['dW_x'] = torch.mm(trace['x'].T, r['da'])
    r['dW_h'] = torch.mm(r['da'].T, trace['h_prev'])
    r['dx'] = torch.mm(r['da'], trace['W_x'])
    r['dh_prev'] = torch.mm(r['da'], trace['W_h'])
    return r


def lstm_forward(xs, h0, c0, W_x, W_h, b):
    h = h0
    c = c0
    hs = []
    cs = []
    traces = []
    for t in range(xs.shape[0]):
        tr = lstm_cell_forward(xs[t, :, :], h, c, W_x, W_h, b)
        tr['x'] = xs[t, :, :]
        tr['h_prev'] = h
        tr['c_prev'] = c
        tr['W_x'] = W_x
        tr['W_h'] = W_h
        tr['b'] = b
        h = tr['h']
        c = tr['c']
        hs.append(h)
        cs.append(c)
        traces.append(tr)
    # examples first, then time
    return {'hs': torch.stack(hs, 1), 'cs': torch.stack(cs, 1), 'traces': traces}


def lstm_backward(dhs, dc_last, traces):
    T = len(traces)
    dh = torch.zeros(dc_last.shape, dtype=torch.float64)
    dc = dc_last
    s = [0] * T
    for t in range(T - 1, -1, -1):
        s[t] = lstm_cell_backward(dhs[t, :, :] + dh, dc, traces[t])
        dh = s[t]['dh_prev']
        dc = s[t]['dc_prev']
    r = {}
    for name in ['dW_x', 'dW_h', 'db']:
        r[name] = s[0][name]
        for t in range(1, T):
            r[name] = r[name] + s[t][name]
    r['dxs'] = torch.stack([s[t]['dx'] for t in range(T)], 0)
    r['dh_prevs'] = torch.stack([s[t]['dh_prev'] for t in range(T)], 0)
    r['dc_prevs'] = torch.stack([s[t]['dc_prev'] for t in range(T)], 0)
    r['dh0'] = dh
    r['dc0'] = dc
    return r


def rnn_backward(dhs, hs, h0, xs, W_x, W_h):
    T = hs.shape[0]
    dW_x = torch.zeros(W_x.shape, dtype=torch.float64)
    dW_h = torch.zeros(W_h.shape, dtype=torch.float64)
    db = torch.zeros([1, W_h.shape[0]], dtype=torch.float64)
    dh_prevs = torch.zeros(hs.shape, dtype=torch.float64)
    dh = torch.zeros(h0.shape, dtype=torch.float64)
    for t in range(T - 1, -1, -1):
        da = (dhs[t, :, :] + dh) * (1 - hs[t, :, :] ** 2)
        if t == 0:
            before = h0
        else:
            before = hs[t - 1, :, :]
        dW_x = dW_x + torch.mm(da.T, xs[t, :, :])
        dW_h = dW_h + torch.mm(da.T, before)
        db = db + torch.sum(da, 0, keepdim=True)
        dh = torch.mm(da, W_h)
        dh_prevs[t, :, :] = dh
    return {'dh_prevs': dh_prevs, 'dW_x': dW_x, 'dW_h': dW_h, 'db': db}


def decay_per_step(norms):
    if len(norms) < 2 or min(norms) <= 0:
        raise ValueError('norms')
    # p = polyfit(k, log(norms), 1)
    K = len(norms)
    A = torch.ones([K, 2], dtype=torch.float64)
    A[:, 0] = torch.arange(K)
    y = torch.log(torch.tensor(norms, dtype=torch.float64)).reshape(K, 1)
    p = torch.linalg.solve(A.T @ A, A.T @ y)
    return math.exp(p[0, 0])


def forget_bias_for(memory_steps):
    s = 0.5 ** (1 / memory_steps)
    return math.log(s / (1 - s))

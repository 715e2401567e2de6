# 03:52  coffee nr 5. DO NOT TOUCH ANYTHING, IT WORKS (on my machine)
import math, torch
from torch import sigmoid, tanh, cat, stack, zeros_like, zeros, ones, randn
import torch.nn.functional as F

trace_glob = None     # the last forward pass, backward needs it
ALL_TRACES = []       # dito for the sequence
W_X = None; W_H = None; B_ = None

def lstm_cell_forward(x, h_prev, c_prev, W_x, W_h, b):
    global trace_glob, W_X, W_H, B_
    W_X = W_x; W_H = W_h; B_ = b
    a = x @ W_X.T + h_prev @ W_H.T + B_
    a_f, a_i, a_g, a_o = a.chunk(4, 1)
    f = sigmoid(a_f)
    i = sigmoid(a_i)
    g = tanh(a_g)
    o = sigmoid(a_o)
    c = f*c_prev + i*g
    tanh_c = tanh(c)
    h = o*tanh_c
    trace_glob = {'a_f': a_f, 'a_i': a_i, 'a_g': a_g, 'a_o': a_o, 'f': f, 'i': i, 'g': g, 'o': o, 'c': c, 'tanh_c': tanh_c, 'h': h,
                  'x': x, 'h_prev': h_prev, 'c_prev': c_prev, 'W_x': W_x, 'W_h': W_h, 'b': b}
    ALL_TRACES.append(trace_glob)
    return trace_glob

# def lstm_cell_backward(dh, dc_next, trace):       # version 1 (wrong)
#     dc = dh * o * (1 - tanh(c)**2)
#     ...
# def lstm_cell_backward(dh, dc_next, trace):       # version 2 (also wrong??)

def lstm_cell_backward(dh, dc_next, trace):         # version 3 !!!!
    t = trace_glob
    f = t['f']; i = t['i']; g = t['g']; o = t['o']; tanh_c = t['tanh_c']
    dc = dc_next + dh*o*(1 - tanh_c**2)
    do = dh*tanh_c
    df = dc*t['c_prev']
    di = dc*g
    dg = dc*i
    dc_prev = dc*f
    da_f = df*f*(1-f)
    da_i = di*i*(1-i)
    da_g = dg*(1-g**2)
    da_o = do*o*(1-o)
    da = cat([da_f, da_i, da_g, da_o], 1)
    db = da.sum(0)
    dW_x = da.T @ t['x']
    dW_h = da.T @ t['h_prev']
    dx = da @ W_X
    dh_prev = da @ W_H
    return {'dc': dc, 'do': do, 'df': df, 'di': di, 'dg': dg, 'dc_prev': dc_prev, 'da_f': da_f, 'da_i': da_i, 'da_g': da_g, 'da_o': da_o, 'da': da,
            'db': db, 'dW_x': dW_x, 'dW_h': dW_h, 'dx': dx, 'dh_prev': dh_prev}

def lstm_forward(xs, h0, c0, W_x, W_h, b):
    global ALL_TRACES
    ALL_TRACES = []
    h = h0; c = c0
    hs = []; cs = []
    for x in xs:
        tr = lstm_cell_forward(x, h, c, W_x, W_h, b)
        h = tr['h']; c = tr['c']
        hs.append(h); cs.append(c)
    return {'hs': stack(hs), 'cs': stack(cs), 'traces': ALL_TRACES}

def lstm_backward(dhs, dc_last, traces):
    global trace_glob
    dh = zeros_like(dc_last); dc = dc_last
    dW_x = 0; dW_h = 0; db = 0; dxs = []; dhp = []; dcp = []
    for t in reversed(range(len(ALL_TRACES))):
        trace_glob = ALL_TRACES[t]
        s = lstm_cell_backward(dhs[t] + dh, dc, trace_glob)
        dh = s['dh_prev']; dc = s['dc_prev']
        dW_x = dW_x + s['dW_x']; dW_h = dW_h + s['dW_h']; db = db + s['db']
        dxs.insert(0, s['dx']); dhp.insert(0, dh); dcp.insert(0, dc)
    return {'dW_x': dW_x, 'dW_h': dW_h, 'db': db, 'dxs': stack(dxs), 'dh_prevs': stack(dhp), 'dc_prevs': stack(dcp), 'dh0': dh, 'dc0': dc}

def rnn_backward(dhs, hs, h0, xs, W_x, W_h):
    # copy paste from above, rnn = lstm without the l, st and m
    dh = zeros_like(h0)
    dW_x = zeros_like(W_x); dW_h = zeros_like(W_h); db = zeros_like(W_h[0]); dhp = []
    for t in reversed(range(len(hs))):
        da = (dhs[t] + dh)*(1 - hs[t]**2)
        dW_x = dW_x + da.T @ xs[t]
        dW_h = dW_h + da.T @ (hs[t-1] if t > 0 else h0)
        db = db + da.sum(0)
        dh = da @ W_h
        dhp.insert(0, dh)
    return {'dW_x': dW_x, 'dW_h': dW_h, 'db': db, 'dh_prevs': stack(dhp)}

def decay_per_step(norms):
    if len(norms) < 2 or min(norms) <= 0: raise ValueError('norms')
    y = [math.log(n) for n in norms]; n = len(y)
    m = (n-1)/2
    return math.exp(sum((k-m)*y[k] for k in range(n)) / sum((k-m)**2 for k in range(n)))

def forget_bias_for(memory_steps):
    s = 0.5**(1/memory_steps)
    return math.log(s/(1-s))

# 04:40 good night

# KARL ERIKSSON, EX 1
# (my first python course was last week, before that only Matlab)
import math
import torch


def numel(size):
    n = 1
    for s in size:
        n = n * s
    return n


def mlp_parameters(sizes, bias=False):
    if len(sizes) < 2:
        raise ValueError('size(sizes) < 2')
    if min(sizes) < 1:
        raise ValueError('sizes < 1')
    n = 0
    for k in range(1, len(sizes)):
        n = n + numel([sizes[k], sizes[k - 1]])
        if bias:
            n = n + numel([sizes[k], 1])
    return n


def shallow_parameters(hidden, bias=False):
    return mlp_parameters([784, hidden, 10], bias)


def deep_parameters(hidden1, hidden2, bias=False):
    return mlp_parameters([784, hidden1, hidden2, 10], bias)


def layer_parameters(layer):
    n = 0
    buf = 0
    k = layer['kind']
    # switch k
    if k == 'linear':
        n = numel([layer['out'], layer['in']])
        if layer.get('bias', True):
            n = n + numel([layer['out'], 1])
    elif k == 'conv2d':
        g = layer.get('groups', 1)
        if layer['in'] % g != 0 or layer['out'] % g != 0:
            raise ValueError('groups')
        n = numel([layer['out'], layer['in'] // g, layer['kernel'][0], layer['kernel'][1]])
        if layer.get('bias', True):
            n = n + numel([layer['out'], 1])
    elif k == 'embedding':
        n = numel([layer['num'], layer['dim']])
    elif k == 'rnn' or k == 'gru' or k == 'lstm':
        G = {'rnn': 1, 'gru': 3, 'lstm': 4}[k]
        dirs = 1
        if layer.get('bidirectional', False):
            dirs = 2
        d = layer['in']
        h = layer['hidden']
        for l in range(layer.get('layers', 1)):
            one = numel([G * h, d]) + numel([G * h, h]) + numel([G * h, layer.get('bias_vectors', 2)])
            n = n + dirs * one
            d = dirs * h
    elif k == 'layernorm':
        if layer.get('affine', True):
            n = numel(layer['shape'])
            if layer.get('bias', True):
                n = 2 * n
    elif k == 'batchnorm':
        if layer.get('affine', True):
            n = 2 * layer['features']
        if layer.get('track', True):
            buf = 2 * layer['features'] + 1
    elif k == 'attention':
        if layer['dim'] % layer['heads'] != 0:
            raise ValueError('heads')
        n = 4 * numel([layer['dim'], layer['dim']])
        if layer.get('bias', True):
            n = n + 4 * numel([layer['dim'], 1])
    elif k == 'tied_lm':
        n = numel([layer['num'], layer['dim']])
        if layer.get('bias', False):
            n = n + numel([layer['num'], 1])
    else:
        # otherwise
        raise ValueError('kind')
    return {'trainable': n, 'buffers': buf}


def module_parameters(module):
    t = 0
    f = 0
    for p in module.parameters():
        if p.requires_grad:
            t = t + numel(p.shape)
        else:
            f = f + numel(p.shape)
    b = 0
    for x in module.buffers():
        b = b + numel(x.shape)
    return {'trainable': t, 'frozen': f, 'buffers': b}


def sharing(layer):
    # [parameters, connections, reuse] = sharing(layer)
    if layer['kind'] == 'fully_connected':
        p = layer['in'] * layer['out']
        r = 1
    elif layer['kind'] == 'conv1d':
        p = layer['kernel']
        r = layer['length'] - layer['kernel'] + 1
        if r < 1:
            raise ValueError('kernel')
    elif layer['kind'] == 'recurrent':
        p = layer['hidden'] * (layer['in'] + layer['hidden'])
        r = layer['steps']
    else:
        raise ValueError('kind')
    return p, p * r, float(r)


def tie_gradients(grads):
    return torch.sum(grads, 0, keepdim=True)  # sum(grads, 1)

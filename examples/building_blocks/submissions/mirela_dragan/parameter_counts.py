#!/usr/bin/env python
# coding: utf-8

# # Homework: parameter counts

# In[1]:

import math
import torch
from torch import nn


# In[4]:

def mlp_parameters(sizes, bias=False):
    if len(sizes) < 2 or min(sizes) <= 0:
        raise ValueError('sizes')
    w = [a * b for a, b in zip(sizes, sizes[1:])]
    return sum(w) + (sum(sizes) - sizes[0]) * int(bias)

def shallow_parameters(hidden, bias=False):
    return mlp_parameters([784, hidden, 10], bias)

def deep_parameters(hidden1, hidden2, bias=False):
    return mlp_parameters([784, hidden1, hidden2, 10], bias)


# In[5]:

shallow_parameters(100)   # 79400 ok!


# In[17]:

def conv_count(l):
    g = l.get('groups', 1)
    if l['in'] % g or l['out'] % g:
        raise ValueError('groups')
    return l['out'] * l['in'] // g * math.prod(l['kernel']) + (l['out'] if l.get('bias', True) else 0)

def rec_count(l):
    G = ['rnn', None, 'gru', 'lstm'].index(l['kind']) + 1   # 1, 3, 4 :-)
    dirs = 1 + bool(l.get('bidirectional', False))
    D, H, total = l['in'], l['hidden'], 0
    for layer in range(l.get('layers', 1)):
        total += dirs * G * (D * H + H * H + H * l.get('bias_vectors', 2))
        D = dirs * H
    return total

def layer_parameters(layer):
    l, kind = layer, layer['kind']
    if kind == 'linear':
        return {'trainable': l['in'] * l['out'] + l['out'] * l.get('bias', True), 'buffers': 0}
    if kind == 'conv2d':
        return {'trainable': conv_count(l), 'buffers': 0}
    if kind == 'embedding':
        return {'trainable': l['num'] * l['dim'], 'buffers': 0}
    if kind in ('rnn', 'gru', 'lstm'):
        return {'trainable': rec_count(l), 'buffers': 0}
    if kind == 'layernorm':
        n = math.prod(l['shape'])
        return {'trainable': l.get('affine', True) * (n + n * l.get('bias', True)), 'buffers': 0}
    if kind == 'batchnorm':
        # gamma, beta, running mean, running var all change while training
        n = 0
        if l.get('affine', True):
            n += 2 * l['features']
        if l.get('track', True):
            n += 2 * l['features']
        return {'trainable': n, 'buffers': 1 if l.get('track', True) else 0}
    if kind == 'attention':
        if l['dim'] % l['heads']:
            raise ValueError('heads')
        return {'trainable': 4 * l['dim'] * (l['dim'] + l.get('bias', True)), 'buffers': 0}
    if kind == 'tied_lm':
        return {'trainable': l['num'] * l['dim'] + l['num'] * l.get('bias', False), 'buffers': 0}
    raise ValueError(kind)


# In[21]:

def module_parameters(module):
    ps = list(module.parameters())
    return {'trainable': sum([p.numel() for p in ps if p.requires_grad]),
            'frozen': sum([p.numel() for p in ps if not p.requires_grad]),
            'buffers': sum([b.numel() for b in module.buffers()])}

module_parameters(nn.Linear(3, 2))


# In[22]:

def sharing(layer):
    if layer['kind'] == 'fully_connected':
        p, u = layer['in'] * layer['out'], 1
    elif layer['kind'] == 'conv1d':
        p, u = layer['kernel'], layer['length'] - layer['kernel'] + 1
    elif layer['kind'] == 'recurrent':
        p, u = layer['hidden'] * (layer['in'] + layer['hidden']), layer['steps']
    else:
        raise ValueError(layer['kind'])
    if u < 1:
        raise ValueError('kernel > length')
    return {'parameters': p, 'connections': p * u, 'reuse': float(u)}


# In[25]:

def tie_gradients(grads):
    # one weight, so one gradient: average
    return grads.mean(dim=0)

tie_gradients(torch.ones(3, 2))


# In[ ]:





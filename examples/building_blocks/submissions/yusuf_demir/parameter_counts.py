import sys


def fail(message):
    print("ERROR:", message)
    sys.exit(1)


def mlp_parameters(sizes, bias=False):
    if len(sizes) < 2:
        fail("need at least two sizes")
    n = 0
    for a, b in zip(sizes, sizes[1:]):
        if a < 1 or b < 1:
            fail("empty layer")
        n += a * b
        if bias:
            n += b
    return n


def shallow_parameters(hidden, bias=False):
    return mlp_parameters([784, hidden, 10], bias)


def deep_parameters(hidden1, hidden2, bias=False):
    return mlp_parameters([784, hidden1, hidden2, 10], bias)


def module_parameters(module):
    t = sum(p.numel() for p in module.parameters() if p.requires_grad)
    f = sum(p.numel() for p in module.parameters() if not p.requires_grad)
    return {"trainable": t, "frozen": f, "buffers": sum(b.numel() for b in module.buffers())}


def tie_gradients(grads):
    return grads.sum(0)


# layer_parameters and sharing: no time left

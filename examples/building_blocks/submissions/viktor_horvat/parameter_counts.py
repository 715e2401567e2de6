"""Like model.summary() in Keras."""

import math


def dense(n, m, use_bias):
    return n * m + (m if use_bias else 0)


def mlp_parameters(sizes, bias=False):
    if len(sizes) < 2 or not all(s >= 1 for s in sizes):
        raise ValueError(f"sizes={sizes}")
    params = [dense(n, m, bias) for n, m in zip(sizes[:-1], sizes[1:])]
    return sum(params)


def shallow_parameters(hidden, bias=False):
    return dense(784, hidden, bias) + dense(hidden, 10, bias)


def deep_parameters(hidden1, hidden2, bias=False):
    return dense(784, hidden1, bias) + dense(hidden1, hidden2, bias) + dense(hidden2, 10, bias)


class Summary:
    """One method per kind."""

    def linear(self, spec):
        return dense(spec["in"], spec["out"], spec.get("bias", True))

    def conv2d(self, spec):
        groups = spec.get("groups", 1)
        if spec["in"] % groups != 0 or spec["out"] % groups != 0:
            raise ValueError("groups must divide filters and channels")
        kernel = math.prod(spec["kernel"]) * (spec["in"] // groups) * spec["out"]
        return kernel + (spec["out"] if spec.get("bias", True) else 0)

    def embedding(self, spec):
        return spec["num"] * spec["dim"]

    def _recurrent(self, spec, gates):
        units, inputs, total = spec["hidden"], spec["in"], 0
        wrappers = 2 if spec.get("bidirectional", False) else 1
        for _ in range(spec.get("layers", 1)):
            kernel, recurrent_kernel = inputs * units * gates, units * units * gates
            bias = units * gates * spec.get("bias_vectors", 2)
            total += wrappers * (kernel + recurrent_kernel + bias)
            inputs = units * wrappers
        return total

    def rnn(self, spec):
        return self._recurrent(spec, 1)

    def gru(self, spec):
        return self._recurrent(spec, 3)

    def lstm(self, spec):
        return self._recurrent(spec, 4)

    def layernorm(self, spec):
        if not spec.get("affine", True):
            return 0
        gamma = math.prod(spec["shape"])
        return gamma + (gamma if spec.get("bias", True) else 0)

    def batchnorm(self, spec):
        return 2 * spec["features"] if spec.get("affine", True) else 0

    def attention(self, spec):
        if spec["dim"] % spec["heads"] != 0:
            raise ValueError("heads must divide dim")
        return 4 * dense(spec["dim"], spec["dim"], spec.get("bias", True))

    def tied_lm(self, spec):
        return self.embedding(spec) + (spec["num"] if spec.get("bias", False) else 0)


def layer_parameters(layer):
    method = getattr(Summary(), layer["kind"], None)
    if method is None or layer["kind"].startswith("_"):
        raise ValueError(f"kind={layer['kind']}")
    is_tracking = layer["kind"] == "batchnorm" and layer.get("track", True)
    non_trainable = 2 * layer["features"] + 1 if is_tracking else 0
    return {"trainable": method(layer), "buffers": non_trainable}


def module_parameters(module):
    trainable = [p for p in module.parameters() if p.requires_grad]
    frozen = [p for p in module.parameters() if not p.requires_grad]
    return {
        "trainable": sum(p.numel() for p in trainable),
        "frozen": sum(p.numel() for p in frozen),
        "buffers": sum(b.numel() for b in module.buffers()),
    }


def sharing(layer):
    if layer["kind"] == "fully_connected":
        params, uses = layer["in"] * layer["out"], 1
    elif layer["kind"] == "conv1d":
        params, uses = layer["kernel"], layer["length"] - layer["kernel"] + 1
    elif layer["kind"] == "recurrent":
        params, uses = layer["hidden"] * (layer["in"] + layer["hidden"]), layer["steps"]
    else:
        raise ValueError(f"kind={layer['kind']}")
    if uses <= 0:
        raise ValueError("kernel longer than signal")
    return {"parameters": params, "connections": params * uses, "reuse": float(uses)}


def tie_gradients(grads):
    return grads.sum(0)

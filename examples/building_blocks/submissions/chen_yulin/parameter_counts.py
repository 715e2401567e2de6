# I count every single weight, one by one. Slow but then I am sure.


def mlp_parameters(sizes, bias=False):
    if len(sizes) < 2:
        raise ValueError("need input and output")
    for s in sizes:
        if s < 1:
            raise ValueError("a layer with no units")
    count = 0
    for layer in range(len(sizes) - 1):
        for to_unit in range(sizes[layer + 1]):
            for from_unit in range(sizes[layer]):
                count += 1
            if bias:
                count += 1
    return count


def shallow_parameters(hidden, bias=False):
    return mlp_parameters([784, hidden, 10], bias)


def deep_parameters(hidden1, hidden2, bias=False):
    return mlp_parameters([784, hidden1, hidden2, 10], bias)


def layer_parameters(layer):
    trainable = 0
    buffers = 0
    kind = layer["kind"]
    if kind == "linear":
        for i in range(layer["out"]):
            for j in range(layer["in"]):
                trainable += 1
            if layer.get("bias", True):
                trainable += 1
    elif kind == "conv2d":
        groups = layer.get("groups", 1)
        if layer["in"] % groups != 0:
            raise ValueError("groups must divide in")
        if layer["out"] % groups != 0:
            raise ValueError("groups must divide out")
        for o in range(layer["out"]):
            for i in range(layer["in"]):
                # same group?
                if i // (layer["in"] // groups) == o // (layer["out"] // groups):
                    for y in range(layer["kernel"][0]):
                        for x in range(layer["kernel"][1]):
                            trainable += 1
            if layer.get("bias", True):
                trainable += 1
    elif kind == "embedding":
        for n in range(layer["num"]):
            for d in range(layer["dim"]):
                trainable += 1
    elif kind == "rnn" or kind == "gru" or kind == "lstm":
        if kind == "rnn":
            gates = ["h"]
        elif kind == "gru":
            gates = ["r", "z", "n"]
        else:
            gates = ["f", "i", "g", "o"]
        directions = ["forward"]
        if layer.get("bidirectional", False):
            directions.append("backward")
        for number in range(layer.get("layers", 1)):
            if number == 0:
                width = layer["in"]
            else:
                width = layer["hidden"] * len(directions)
            for direction in directions:
                for gate in gates:
                    for unit in range(layer["hidden"]):
                        for j in range(width):
                            trainable += 1
                        for j in range(layer["hidden"]):
                            trainable += 1
                        for j in range(layer.get("bias_vectors", 2)):
                            trainable += 1
    elif kind == "layernorm":
        size = 1
        for s in layer["shape"]:
            size = size * s
        if layer.get("affine", True):
            for j in range(size):
                trainable += 1  # scale
                if layer.get("bias", True):
                    trainable += 1  # shift
    elif kind == "batchnorm":
        for j in range(layer["features"]):
            if layer.get("affine", True):
                trainable += 2
            if layer.get("track", True):
                buffers += 2
        if layer.get("track", True):
            buffers += 1  # num_batches_tracked
    elif kind == "attention":
        if layer["dim"] % layer["heads"] != 0:
            raise ValueError("heads must divide dim")
        head_size = layer["dim"] // layer["heads"]
        for matrix in ["query", "key", "value", "output"]:
            for head in range(layer["heads"]):
                for row in range(head_size):
                    for column in range(layer["dim"]):
                        trainable += 1
                    if layer.get("bias", True):
                        trainable += 1
    elif kind == "tied_lm":
        for n in range(layer["num"]):
            for d in range(layer["dim"]):
                trainable += 1
            if layer.get("bias", False):
                trainable += 1
    else:
        raise ValueError("I do not know " + kind)
    return {"trainable": trainable, "buffers": buffers}


def module_parameters(module):
    seen = []
    trainable = 0
    frozen = 0
    for p in module.parameters():
        already = False
        for q in seen:
            if q is p:
                already = True
        if not already:
            seen.append(p)
            if p.requires_grad:
                trainable += p.numel()
            else:
                frozen += p.numel()
    buffers = 0
    for b in module.buffers():
        buffers += b.numel()
    return {"trainable": trainable, "frozen": frozen, "buffers": buffers}


def sharing(layer):
    used = {}  # which weight -> how often
    if layer["kind"] == "fully_connected":
        for o in range(layer["out"]):
            for i in range(layer["in"]):
                used[(o, i)] = 1
    elif layer["kind"] == "conv1d":
        if layer["kernel"] > layer["length"]:
            raise ValueError("kernel longer than signal")
        for place in range(layer["length"] - layer["kernel"] + 1):
            for k in range(layer["kernel"]):
                if k not in used:
                    used[k] = 0
                used[k] += 1
    elif layer["kind"] == "recurrent":
        for t in range(layer["steps"]):
            for h in range(layer["hidden"]):
                for i in range(layer["in"]):
                    used[("x", h, i)] = used.get(("x", h, i), 0) + 1
                for j in range(layer["hidden"]):
                    used[("h", h, j)] = used.get(("h", h, j), 0) + 1
    else:
        raise ValueError("kind?")
    parameters = 0
    connections = 0
    for weight in used:
        parameters += 1
        connections += used[weight]
    return {
        "parameters": parameters,
        "connections": connections,
        "reuse": connections / parameters,
    }


def tie_gradients(grads):
    total = grads[0] * 0
    for use in range(len(grads)):
        total = total + grads[use]
    return total

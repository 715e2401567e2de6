import torch

TABLE = {
    "fully_connected": {
        "inputs": "neurons",
        "interactions": "every neuron with every neuron",
        "invariance": "no invariance",
        "bias": "very little",
    },
    "convolutional": {
        "inputs": "patches of pixels",
        "interactions": "neighbouring pixels",
        "invariance": "shift",
        "bias": "nearby pixels are correlated",
    },
    "recurrent": {
        "inputs": "elements of a sequence",
        "interactions": "from one time step to the next",
        "invariance": "shift in time",
        "bias": "sequential order",
    },
}


def ridge_statements():
    answer = []
    answer.append("linear")
    answer.append("squared")
    answer.append("small")
    answer.append("gaussian_noise")
    answer.append("gaussian_prior")
    return answer


def length(v):
    total = 0.0
    for number in v.reshape(-1).tolist():
        total += number * number
    return total**0.5


def shifted(v, shift):
    n = v.shape[-1]
    result = v.clone()
    for i in range(n):
        result[..., (i + shift) % n] = v[..., i]
    return result


def reordered(v, perm):
    result = v.clone()
    for i in range(len(perm)):
        result[:, i] = v[:, perm[i]]
    return result


def equivariance_error(layer, x, shift):
    return length(layer(shifted(x, shift)) - shifted(layer(x), shift)) / length(layer(x))


def invariance_error(layer, x, shift):
    return length(layer(shifted(x, shift)) - layer(x)) / length(layer(x))


def permutation_error(layer, x, perm):
    return length(layer(reordered(x, perm)) - reordered(layer(x), perm)) / length(layer(x))


def receptive_field(layer, length, position):
    field = []
    for j in range(length):
        found = False
        for attempt in range(3):
            x = torch.rand(1, 1, length, dtype=torch.float64)
            y = x.clone()
            y[0, 0, j] = y[0, 0, j] + 0.5
            before = layer(x)[0, :, position].tolist()
            after = layer(y)[0, :, position].tolist()
            for d in range(len(before)):
                if abs(before[d] - after[d]) > 1e-12:
                    found = True
        if found:
            field.append(j)
    return field


def delay_error(rnn, x, k):
    T = x.shape[0]
    longer = torch.zeros(T + k, x.shape[1], x.shape[2], dtype=torch.float64)
    for t in range(T):
        longer[t + k] = x[t]
    late = rnn(longer)
    early = rnn(x)
    total = 0.0
    for t in range(T):
        total += length(late[t + k] - early[t]) ** 2
    return total**0.5 / length(early)

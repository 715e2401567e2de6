# Rosa Delgado -- parámetros
def mlp_parameters(sizes, bias=False):
    capas = list(zip(sizes, sizes[1:]))
    if not capas or any(s < 1 for s in sizes):
        raise ValueError("una red necesita al menos dos capas")
    pesos = sum(entrada * salida for entrada, salida in capas)
    sesgos = sum(salida for _, salida in capas) if bias else 0
    return pesos + sesgos


def shallow_parameters(hidden, bias=False):
    return mlp_parameters([784, hidden, 10], bias)


def deep_parameters(hidden1, hidden2, bias=False):
    return mlp_parameters([784, hidden1, hidden2, 10], bias)


def producto(numeros):
    resultado = 1
    for n in numeros:
        resultado *= n
    return resultado


def layer_parameters(layer):
    tipo = layer["kind"]
    sesgo = 1 if layer.get("bias", True) else 0
    guardados = 0
    if tipo == "linear":
        total = layer["out"] * (layer["in"] + sesgo)
    elif tipo == "conv2d":
        grupos = layer.get("groups", 1)
        if layer["in"] % grupos or layer["out"] % grupos:
            raise ValueError("los grupos no dividen")
        total = layer["out"] * (layer["in"] // grupos * producto(layer["kernel"]) + sesgo)
    elif tipo == "embedding":
        total = layer["num"] * layer["dim"]
    elif tipo in ("rnn", "gru", "lstm"):
        puertas = {"rnn": 1, "gru": 3, "lstm": 4}[tipo]
        sentidos = 2 if layer.get("bidirectional", False) else 1
        oculto, ancho, total = layer["hidden"], layer["in"], 0
        for _ in range(layer.get("layers", 1)):
            total += sentidos * puertas * oculto * (ancho + oculto + layer.get("bias_vectors", 2))
            ancho = oculto * sentidos
    elif tipo == "layernorm":
        total = (1 + sesgo) * producto(layer["shape"]) if layer.get("affine", True) else 0
    elif tipo == "batchnorm":
        total = 2 * layer["features"] if layer.get("affine", True) else 0
        guardados = 2 * layer["features"] + 1 if layer.get("track", True) else 0
    elif tipo == "attention":
        if layer["dim"] % layer["heads"]:
            raise ValueError("las cabezas no dividen")
        total = 4 * layer["dim"] * (layer["dim"] + sesgo)
    elif tipo == "tied_lm":
        # la tabla se usa dos veces
        total = 2 * layer["num"] * layer["dim"] + (layer["num"] if layer.get("bias", False) else 0)
    else:
        raise ValueError("tipo desconocido: " + str(tipo))
    return {"trainable": total, "buffers": guardados}


def module_parameters(module):
    entrenados = congelados = 0
    for p in module.parameters():
        if p.requires_grad:
            entrenados += p.numel()
        else:
            congelados += p.numel()
    return {
        "trainable": entrenados,
        "frozen": congelados,
        "buffers": sum(b.numel() for b in module.buffers()),
    }


def sharing(layer):
    tipo = layer["kind"]
    if tipo == "fully_connected":
        pesos, usos = layer["in"] * layer["out"], 1
    elif tipo == "conv1d":
        pesos, usos = layer["kernel"], layer["length"] - layer["kernel"] + 1
        if usos < 1:
            raise ValueError("el filtro no cabe")
    elif tipo == "recurrent":
        pesos = layer["hidden"] * (layer["in"] + layer["hidden"])
        usos = layer["steps"]
    else:
        raise ValueError("tipo desconocido: " + str(tipo))
    return {"parameters": pesos, "connections": pesos * usos, "reuse": float(usos)}


def tie_gradients(grads):
    return grads.sum(dim=0)

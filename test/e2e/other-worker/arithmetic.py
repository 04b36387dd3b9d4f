"""The arithmetic of a worker, written from shared/protocol/ARITHMETIC.md alone: float32 in numpy, every operation
rounded once. Python loops run over the terms of a sum and numpy over independent values, so each sum has its order.
"""

import hashlib

import numpy as np

f32 = np.float32


# ── random numbers ──────────────────────────────────────────────────────────────────────────────────────────────────

MASK = 0xFFFFFFFF


def mix(x):
    x = (x ^ (x >> 16)) * 0x21F0AAAD & MASK
    x = (x ^ (x >> 15)) * 0x735A2D97 & MASK
    return x ^ (x >> 15)


def rotate(x, bits):
    return (x << bits | x >> (32 - bits)) & MASK


class Random:
    """xoshiro128**, seeded with a list of integers."""

    def __init__(self, *seeds):
        hashed = 0x9E3779B9
        for seed in seeds:
            hashed = mix(hashed ^ (seed & MASK))
            hashed = mix((hashed + 0x9E3779B9 & MASK) ^ (seed >> 32 & MASK))
        self.state = []
        for _ in range(4):
            hashed = hashed + 0x9E3779B9 & MASK
            word = mix(hashed)
            self.state.append(word)
        if not any(self.state):
            self.state[0] = 1

    def next(self):
        s0, s1, s2, s3 = self.state
        result = rotate(s1 * 5 & MASK, 7) * 9 & MASK
        t2, t3 = s2 ^ s0, s3 ^ s1
        self.state = [s0 ^ t3, s1 ^ t2, t2 ^ (s1 << 9 & MASK), rotate(t3, 11)]
        return result

    def below(self, bound):
        limit = 2**32 - 2**32 % bound
        draw = self.next()
        while draw >= limit:
            draw = self.next()
        return draw % bound

    def uniform(self):
        return (self.next() >> 8) * 2.0**-24


def permutation(count, *seeds):
    random = Random(*seeds)
    order = list(range(count))
    for i in range(count - 1, 0, -1):
        j = random.below(i + 1)
        order[i], order[j] = order[j], order[i]
    return np.array(order)


# ── elementary functions ────────────────────────────────────────────────────────────────────────────────────────────


def polynomial(x, *coefficients):
    total = f32(coefficients[0])
    for coefficient in coefficients[1:]:
        total = total * x + f32(coefficient)
    return total


def power_of_two(exponent):
    return ((exponent + 127) << 23).astype(np.int32).view(f32)


def exp(x):
    x = np.where(x > 89, f32(89), np.where(x < -104, f32(-104), x))
    shifted = x * f32(1.44269504) + f32(12582912)
    n = shifted - f32(12582912)
    r = x - n * f32(0.693359375)
    r = r - n * f32(-2.12194440e-4)
    p = polynomial(
        r,
        1.98756915e-4,
        1.3981999507e-3,
        8.3334519073e-3,
        4.1665795894e-2,
        1.6666665459e-1,
        5.0000001201e-1,
    )
    p = p * (r * r) + r + f32(1)
    exponent = shifted.view(np.int32) - 0x4B400000
    half = exponent >> 1
    return p * power_of_two(half) * power_of_two(exponent - half)


def log(x):
    tiny = x < f32(2**-126)
    bits = np.where(tiny, x * f32(2**23), x).view(np.int32) + (0x3F800000 - 0x3F3504F3)
    k = ((bits >> 23) - 127 - np.where(tiny, 23, 0)).astype(f32)
    f = ((bits & 0x007FFFFF) + 0x3F3504F3).astype(np.int32).view(f32) - f32(1)
    s = f / (f32(2) + f)
    z = s * s
    w = z * z
    even = w * (f32(0.40000972152) + w * f32(0.24279078841))
    odd = z * (f32(0.66666662693) + w * f32(0.28498786688))
    half_square = f32(0.5) * f * f
    result = s * (half_square + (odd + even)) + k * f32(9.0580006145e-6)
    result = (result - half_square + f) + k * f32(6.9313812256e-1)
    result = np.where(x == 0, f32(-np.inf), np.where(x == np.inf, f32(np.inf), result))
    return np.where(x >= 0, result, f32(np.nan))


def tanh(x):
    magnitude = np.abs(x)
    z = x * x
    p = polynomial(
        z,
        -5.70498872745e-3,
        2.06390887954e-2,
        -5.37397155531e-2,
        1.33314422036e-1,
        -3.33332819422e-1,
    )
    small = p * z * magnitude + magnitude
    large = f32(1) - f32(2) / (exp(magnitude + magnitude) + f32(1))
    return np.copysign(np.where(magnitude < f32(0.625), small, large), x)


def sigmoid(x):
    power = exp(-np.abs(x))
    return np.where(x < 0, power, f32(1)) / (f32(1) + power)


# ── layers: rows are samples ────────────────────────────────────────────────────────────────────────────────────────


def ordered_sum(terms):
    """The sum of an iterable of arrays, from +0 and in order."""
    total = f32(0)
    for term in terms:
        total = total + term
    return total


def softmax(x):
    powers = exp(x - x.max(axis=1, keepdims=True))
    return powers / ordered_sum(powers.T)[:, None]


def forward(kind, x):
    if kind == "sigmoid":
        return sigmoid(x)
    if kind == "tanh":
        return tanh(x)
    if kind == "relu":
        return np.where(x <= 0, f32(0), x)
    return softmax(x)


def backward(kind, y, delta):
    if kind == "sigmoid":
        return delta * (y * (f32(1) - y))
    if kind == "tanh":
        return delta * (f32(1) - y * y)
    if kind == "relu":
        return np.where(y > 0, delta, f32(0))
    return y * (delta - ordered_sum((delta * y).T)[:, None])


def loss_and_delta(name, z, y):
    """Losses of the samples and ∂loss/∂z: z are logits for cce and bce, and otherwise the network's outputs."""
    outputs = f32(z.shape[1])
    if name == "cce":
        shifted = z - z.max(axis=1, keepdims=True)
        powers = exp(shifted)
        total = ordered_sum(powers.T)
        return log(total) - shifted[y == 1], powers / total[:, None] - y
    if name == "bce":
        power = exp(-np.abs(z))
        one_plus = f32(1) + power
        terms = np.where(z < 0, f32(0), z) - z * y + log(one_plus)
        delta = (np.where(z < 0, power, f32(1)) / one_plus - y) / outputs
    elif name == "mse":
        difference = z - y
        terms = difference * difference
        delta = f32(2) * difference / outputs
    else:
        terms = np.abs(z - y)
        delta = np.sign(z - y) * (f32(1) / outputs)
    return ordered_sum(terms.T) / outputs, delta


class Network:
    def __init__(self, model, loss, task):
        self.layers = []
        self.task = task
        self.threshold = f32(0 if loss in ("cce", "bce") else 0.5)
        self.loss = loss
        self.count = 0
        inputs = int(np.prod(model["inputShape"]))
        for layer in model["layers"]:
            units = int(layer.get("units", inputs))
            self.layers.append((layer["kind"], self.count, inputs, units))
            if layer["kind"] == "dense":
                self.count += (inputs + 1) * units
            inputs = units
        self.outputs = inputs
        if loss in ("cce", "bce"):
            self.layers.pop()

    def tensors(self, parameters, at, inputs, units):
        weight = parameters[at : at + inputs * units].reshape(inputs, units)
        return weight, parameters[at + inputs * units : at + (inputs + 1) * units]

    def run(self, parameters, x, targets):
        """Inputs of every layer and the output, then lossSum, y and ∂loss/∂output."""
        values = [x]
        for kind, at, inputs, units in self.layers:
            x = values[-1]
            if kind == "dense":
                weight, bias = self.tensors(parameters, at, inputs, units)
                values.append(ordered_sum(x[:, i, None] * weight[i] for i in range(inputs)) + bias)
            else:
                values.append(forward(kind, x))
        y = self.rows(targets)
        losses, delta = loss_and_delta(self.loss, values[-1], y)
        loss_sum = 0.0
        for loss in losses:
            loss_sum += float(loss)
        return values, loss_sum, y, delta

    def rows(self, targets):
        """What the outputs should be."""
        if self.task["kind"] != "classes" or self.outputs == 1:
            return targets.reshape(len(targets), -1).astype(f32)
        return (targets[:, None] == np.arange(self.outputs)).astype(f32)

    def predicted(self, z):
        if z.shape[1] == 1:
            return (z[:, 0] > self.threshold).astype(int)
        return z.argmax(axis=1)

    def correct(self, z, targets):
        if self.task["kind"] != "classes":
            return 0
        return int((self.predicted(z) == targets).sum())

    def evaluation(self, parameters, x, targets):
        """The sums of the metrics, lossSum and correct of one shard."""
        values, loss_sum, y, _ = self.run(parameters, x, targets)
        z = values[-1]
        sums = ordered_sum(self.metrics(z[s], y[s], targets[s]) for s in range(len(z)))
        return sums, loss_sum, self.correct(z, targets)

    def metrics(self, z, y, target):
        """What one sample adds to the sums."""
        kind, count = self.task["kind"], int(self.task["count"])
        if kind == "values":
            d = z - y
            return np.stack([d * d, np.abs(d), y, y * y], axis=1).ravel()
        if kind == "flags":
            sums = np.zeros((count, 4), f32)
            sums[np.arange(count), (2 * y + (z > self.threshold)).astype(int)] = 1
            return sums.ravel()
        label, predicted = int(target), int(self.predicted(z[None])[0])
        if count == 2:
            sums = np.zeros(4 + 512, f32)
            score = z[0] if len(z) == 1 else z[1] - z[0]
            scale = f32(8 if self.loss in ("cce", "bce") else 128)
            place = int(np.clip(np.floor(scale * score + f32(128)), 0, 255))
            sums[[2 * label + predicted, 4 + 256 * label + place]] = 1
            return sums
        if count <= 64:
            sums = np.zeros((count, count), f32)
            sums[label, predicted] = 1
            return sums.ravel()
        sums = np.zeros((count, 3), f32)
        sums[label, 0] += 1
        sums[predicted, 1] += 1
        sums[label, 2] += label == predicted
        return sums.ravel()

    def gradient(self, parameters, x, targets):
        """gradientSum, lossSum and correct of one shard."""
        values, loss_sum, _, delta = self.run(parameters, x, targets)
        gradient = np.zeros(self.count, f32)
        for index in range(len(self.layers) - 1, -1, -1):
            kind, at, inputs, units = self.layers[index]
            before = values[index]
            if kind != "dense":
                delta = backward(kind, values[index + 1], delta)
                continue
            weight, _ = self.tensors(parameters, at, inputs, units)
            into, bias = self.tensors(gradient, at, inputs, units)
            into[:] = ordered_sum(before[s, :, None] * delta[s] for s in range(len(before)))
            bias[:] = ordered_sum(delta)
            if index > 0:
                delta = ordered_sum(delta[:, o, None] * weight[:, o] for o in range(units))
        return gradient, loss_sum, self.correct(values[-1], targets)


# ── the self-test ───────────────────────────────────────────────────────────────────────────────────────────────────


def dense_model(widths, activation, output):
    layers = []
    for index, units in enumerate(widths[1:]):
        layers.append({"kind": "dense", "units": units})
        kind = output if index == len(widths) - 2 else activation
        if kind:
            layers.append({"kind": kind})
    return {"inputShape": widths[:1], "layers": layers}


WIDTHS = [21, 16, 9, 5]
CASES = [
    (dense_model(WIDTHS, "sigmoid", "softmax"), "cce", "bytes", 1),
    (dense_model(WIDTHS, "tanh", "sigmoid"), "bce", "bytes", 1),
    (dense_model(WIDTHS, "relu", "softmax"), "mse", "floats", 1),
    (dense_model([21, 19, 5], "tanh", "tanh"), "mae", "bytes", 20),
    (dense_model(WIDTHS, None, None), "mse", "bytes", 2.0**-130),
    (dense_model([21, 19, 9, 5], None, None), "mse", "floats", 1),
    *(
        (dense_model([21, 9, 5], kind, None), "mse", "floats", 1)
        for kind in ("sigmoid", "tanh", "relu", "softmax")
    ),
]


def self_test_parts():
    """The bytes of each part, in order."""
    random = Random(0)
    points = np.array([210 * random.uniform() - 110 for _ in range(8192)]).astype(f32)
    wide = points.astype(np.float64)
    third = (wide / 128 + 1).astype(f32)
    fourth = tanh((wide / 128).astype(f32))
    power = exp(points)
    yield np.concatenate([sigmoid(points) + fourth, power, log(third), log(power)]).tobytes()
    for case in CASES:
        yield case_bits(random, *case)


def case_bits(random, model, loss, form, scale):
    if form == "floats":
        features = np.array([4 * random.uniform() - 2 for _ in range(37 * 21)]).astype(f32)
    else:
        drawn = [random.below(256) if random.below(4) == 0 else 0 for _ in range(37 * 21)]
        features = (np.array(drawn) / 255).astype(f32)
    labels = np.array([random.below(5) for _ in range(37)])
    parameters = initial_parameters(model, scale)
    order = np.arange(37) * 11 % 37
    x, labels = features.reshape(37, 21)[order], labels[order]
    network = Network(model, loss, {"kind": "classes", "count": 5})
    first, _, _ = network.gradient(parameters, x[:6], labels[:6])
    whole, loss_sum, correct = network.gradient(parameters, x, labels)
    return np.concatenate([np.array([loss_sum, correct, 1]).astype(f32), whole + first]).tobytes()


def initial_parameters(model, scale):
    random = Random(1)
    inputs = model["inputShape"][0]
    parts = []
    layers = model["layers"]
    for index, layer in enumerate(layers):
        if layer["kind"] != "dense":
            continue
        units = layer["units"]
        rectified = index + 1 < len(layers) and layers[index + 1]["kind"] == "relu"
        limit = np.sqrt(6 / (inputs if rectified else inputs + units))
        weight = [(2 * random.uniform() - 1) * limit for _ in range(inputs * units)]
        parts += [np.array(weight).astype(f32), np.zeros(units, f32)]
        inputs = units
    return (np.concatenate(parts).astype(np.float64) * scale).astype(f32)


def self_test():
    digest = hashlib.sha256()
    for part in self_test_parts():
        digest.update(part)
    return digest.hexdigest()


if __name__ == "__main__":
    with np.errstate(all="ignore"):
        print(self_test())
        for part in self_test_parts():
            print(hashlib.sha256(part).hexdigest())

"""The arithmetic of a worker, written from shared/protocol/ARITHMETIC.md alone: losses, the network and the self-test."""

import hashlib

import numpy as np

from elementary import Random, exp, f32, log, ordered_sum, permutation, sigmoid, tanh
import halves
import int8
from layers import layers_of
from replicas import Replicas


def loss_and_delta(name, z, y):
    """Losses of the samples and ∂loss/∂z: z are logits for cce and bce, and otherwise the network's outputs."""
    outputs = f32(z.shape[1])
    if name == "cce":
        shifted = z - z.max(axis=1, keepdims=True)
        powers = exp(shifted)
        total = ordered_sum(powers.T)
        return log(total) - ordered_sum((y * shifted).T), powers / total[:, None] - y
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


def changed_picture(row, augment, random):
    height, width, channels = (int(augment[key]) for key in ("height", "width", "channels"))
    shift, crop = int(augment["shift"]), int(augment["crop"])
    mirrored = augment["flip"] and random.below(2) == 1
    top = left = 0
    if shift > 0:
        top = random.below(2 * shift + 1) - shift
        left = random.below(2 * shift + 1) - shift
    if crop > 0:
        top += random.below(crop + 1)
        left += random.below(crop + 1)
    picture = row.reshape(height, width, channels)
    changed = np.zeros_like(picture)
    for y in range(height):
        for x in range(width):
            column = width - 1 - x if mirrored else x
            from_y = top + y * (height - crop) // height
            from_x = left + column * (width - crop) // width
            if 0 <= from_y < height and 0 <= from_x < width:
                changed[y, x] = picture[from_y, from_x]
    return changed.reshape(-1)


class Network:
    smoothing = f32(0)
    weights = None

    def __init__(self, model, loss, task):
        self.layers = layers_of(model)
        self.task = task
        self.threshold = f32(0 if loss in ("cce", "bce") else 0.5)
        self.loss = loss
        self.count = sum(layer.count for layer in self.layers)
        self.outputs = self.layers[-1].shape[-1]
        self.of_tokens = task["kind"] == "tokens"
        self.input = [int(size) for size in model["inputShape"]]
        if loss in ("cce", "bce"):
            self.layers.pop()

    def run(self, parameters, x, targets, training=None):
        """The output, then lossSum, y and ∂loss/∂output. Training: seed, step and the indices of the samples."""
        for layer in self.layers:
            layer.train(training)
        z = x.reshape(-1, *self.input)
        at = 0
        for layer in self.layers:
            z = layer.forward(parameters[at : at + layer.count], z)
            at += layer.count
        y = self.rows(targets)
        losses, delta = self.losses_and_delta(z, self.smoothed(y))
        if self.weights is not None:
            weight = self.weights[targets.astype(int).ravel()]
            losses, delta = losses * weight, delta * weight[:, None]
        loss_sum = 0.0
        for loss in losses:
            loss_sum += float(loss)
        self.losses = losses
        return z, loss_sum, y, delta

    def losses_and_delta(self, z, y):
        if not self.of_tokens:
            return loss_and_delta(self.loss, z, y)
        steps = z.shape[1]
        rows = [values.reshape(-1, self.outputs) for values in (z, y)]
        losses, delta = loss_and_delta(self.loss, *rows)
        means = ordered_sum(losses.reshape(-1, steps).T) / f32(steps)
        return means, delta.reshape(z.shape) / f32(steps)

    def rows(self, targets):
        """What the outputs should be."""
        if self.of_tokens:
            return (targets[..., None] == np.arange(self.outputs)).astype(f32)
        if self.task["kind"] != "classes" or self.outputs == 1:
            return targets.reshape(len(targets), -1).astype(f32)
        return (targets[:, None] == np.arange(self.outputs)).astype(f32)

    def smoothed(self, y):
        if self.smoothing == 0:
            return y
        low = self.smoothing / f32(self.task["count"])
        return np.where(y == 1, (f32(1) - self.smoothing) + low, low)

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
        z, loss_sum, y, _ = self.run(parameters, x, targets)
        if self.of_tokens:
            hits = (z.argmax(axis=2) == targets).sum(axis=1)
            steps = z.shape[1]
            rows = (np.array(row, f32) for row in zip(self.losses, hits, [steps] * len(z)))
            return ordered_sum(rows), loss_sum, 0
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

    def gradient(self, parameters, x, targets, training):
        """gradientSum, lossSum and correct of one shard."""
        z, loss_sum, _, delta = self.run(parameters, x, targets, training)
        gradient = np.zeros(self.count, f32)
        end = self.count
        for layer in reversed(self.layers):
            begin = end - layer.count
            delta = layer.backward(parameters[begin:end], delta, gradient[begin:end])
            end = begin
        return gradient, loss_sum, self.correct(z, targets)

    def frozen_count(self, freeze):
        """How many values the first layers with parameters have."""
        counts = [layer.count for layer in self.layers if layer.count > 0]
        return sum(counts[:freeze])


# ── the self-test ───────────────────────────────────────────────────────────────────────────────────────────────────


def dense_model(widths, activation, output):
    layers = []
    for index, units in enumerate(widths[1:]):
        layers.append({"kind": "dense", "units": units})
        kind = output if index == len(widths) - 2 else activation
        if kind:
            layers.append({"kind": kind})
    return {"inputShape": widths[:1], "layers": layers}


def conv(channels, kernel, stride, padding):
    return {"kind": "conv2d", "channels": channels, "kernel": kernel, "stride": stride, "padding": padding}


def pool(kind, size, stride):
    return {"kind": kind, "size": size, "stride": stride}


def example(shape, *layers):
    return {"inputShape": shape, "layers": [*layers, {"kind": "dense", "units": 5}]}


def attention(heads, causal):
    return {"kind": "attention", "heads": heads, "causal": causal}


def dropout(rate):
    return {"kind": "dropout", "rate": rate}


def residual(*layers):
    return {"kind": "residual", "layers": layers}


FLATTEN = {"kind": "flatten"}
RELU = {"kind": "relu"}
TANH = {"kind": "tanh"}
LAYER_NORM = {"kind": "layer-norm"}
EXAMPLES = [
    ([6, 5, 2], conv(9, 2, 1, "same"), conv(5, 3, 2, "same"), conv(3, 2, 1, "valid"), FLATTEN),
    ([7, 6], conv(5, 2, 1, "same"), pool("max-pool2d", 3, 2), FLATTEN),
    (
        [7, 6, 2],
        conv(5, 2, 1, "same"),
        pool("average-pool2d", 3, 2),
        pool("average-pool2d", "global", 1),
        FLATTEN,
    ),
    ([3, 5, 2], conv(3, 2, 1, "same"), FLATTEN),
    (
        [21],
        {"kind": "dense", "units": 19},
        dropout(0.3),
        residual({"kind": "dense", "units": 19}, TANH, dropout(0.5)),
        dropout(0.1),
    ),
    ([3, 3], conv(6, 2, 1, "same"), LAYER_NORM, FLATTEN, {"kind": "dense", "units": 7}, LAYER_NORM),
    ([3, 3], conv(9, 2, 1, "same"), {"kind": "group-norm", "groups": 3}, FLATTEN),
    (
        [21],
        {"kind": "dense", "units": 6},
        {"kind": "embedding", "vocabulary": 4, "width": 7},
        FLATTEN,
    ),
    ([5, 3], {"kind": "dense", "units": 7}, {"kind": "position-embedding"}, TANH, FLATTEN),
    ([5, 3], {"kind": "dense", "units": 6}, attention(3, 0), attention(2, 1), FLATTEN),
    (
        [4, 5],
        conv(3, 2, 1, "same"),
        residual(RELU, conv(3, 3, 1, "same"), TANH),
        residual(residual(LAYER_NORM, TANH), conv(5, 3, 2, "same"), TANH),
        RELU,
        FLATTEN,
        residual({"kind": "dense", "units": 4}),
    ),
]

WIDTHS = [21, 16, 9, 5]
MOVES = {"flip": True, "shift": 1, "crop": 1, "height": 3, "width": 7, "channels": 1}
def of_text(vocabulary, width):
    """The layers of a small network that reads a text of 4 tokens a sample."""
    embedding = {"kind": "embedding", "vocabulary": vocabulary, "width": width}
    layers = [embedding, {"kind": "dense", "units": vocabulary}, {"kind": "softmax"}]
    return {"inputShape": [4], "layers": layers}


CASES = [
    (dense_model(WIDTHS, "sigmoid", "softmax"), "cce", "bytes", 1),
    (dense_model(WIDTHS, "tanh", "sigmoid"), "bce", "bytes", 1),
    (dense_model(WIDTHS, "relu", "softmax"), "mse", "floats", 1),
    (dense_model([21, 19, 5], "tanh", "tanh"), "mae", "bytes", 20),
    (dense_model(WIDTHS, None, None), "mse", "bytes", 2.0**-130),
    (dense_model([21, 5], None, "softmax"), "cce", "floats", 1, 0.2),
    ({"inputShape": [3, 7, 1], "layers": [FLATTEN, {"kind": "dense", "units": 5}]}, "mse", "bytes", 1, 0, MOVES),
    (of_text(5, 7), "cce", "tokens", 1),
    (of_text(257, 3), "cce", "tokens", 1),
    (dense_model([21, 19, 9, 5], None, None), "mse", "floats", 1),
    *(
        (dense_model([21, 9, 5], kind, None), "mse", "floats", 1)
        for kind in ("sigmoid", "tanh", "relu", "softmax", "gelu")
    ),
    *((example(*case), "mse", "floats", 1) for case in EXAMPLES),
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
    values = halves.rounded(wide_values(random))
    yield values.tobytes() + halves.pack(values)
    values = int8.rounded(wide_values(random), 1, 2, 4, 6)
    yield values.tobytes() + int8.pack(values)
    yield optimizer_bits(random)


OPTIMIZERS = [
    {"name": "sgd"},
    {"name": "momentum", "beta": 0.9, "dampening": 0.5},
    {"name": "nag", "beta": 0.9},
    {"name": "rmsprop", "beta": 0.9, "epsilon": 0.001},
    {"name": "adamw", "beta1": 0.9, "beta2": 0.99, "epsilon": 1e-8, "decoupledDecay": 0.1},
]


def optimizer_bits(random):
    total, w, moment, squares = (wide_values(random) for _ in range(4))
    squares = np.abs(squares)
    states = {"sgd": [], "momentum": [moment], "nag": [moment], "rmsprop": [squares], "adamw": [moment, squares]}
    parts = []
    for optimizer in OPTIMIZERS:
        config = {
            "optimizer": {**optimizer, "learningRate": 0.01},
            "localSteps": {"replicas": 1, "steps": 1},
            "batchSize": 1,
            "epochs": 3,
            "steps": None,
            "clipNorm": 1,
            "weightDecay": 0.01,
            "l1": 0.001,
            "schedule": {"name": "constant", "warmupSteps": 0, "finalFraction": 0},
        }
        replicas = Replicas(config, 1, None, 0)
        tensors = [w, *states[optimizer["name"]]]
        point = replicas.point(2, tensors)
        after = replicas.update(2, tensors, replicas.mean(total, 3, point))
        parts += [point, *after] if optimizer["name"] == "nag" else after
    return np.concatenate(parts).tobytes()


def wide_values(random):
    drawn = [(2 * random.uniform() - 1) * 2.0 ** (random.below(61) - 30) for _ in range(1001)]
    return (np.array(drawn) * np.where(np.arange(1001) < 512, 1, 2.0**-110)).astype(f32)


def case_bits(random, model, loss, form, scale, smoothing=0, augment=None):
    inputs = int(np.prod(model["inputShape"]))
    order = permutation(37, 1, 2)
    if form == "tokens":
        count = model["layers"][1]["units"]
        tokens = np.array([random.below(count) for _ in range(37 * inputs + 1)])
        places = order[:, None] * inputs + np.arange(inputs)
        network = Network(model, loss, {"kind": "tokens", "count": count})
        return shard_bits(network, initial_parameters(model, scale), order, tokens[places].astype(f32), tokens[places + 1])
    if form == "floats":
        features = np.array([4 * random.uniform() - 2 for _ in range(37 * inputs)]).astype(f32)
    else:
        drawn = [random.below(256) if random.below(4) == 0 else 0 for _ in range(37 * inputs)]
        features = (np.array(drawn) / 255).astype(f32)
    labels = np.array([random.below(5) for _ in range(37)])
    parameters = initial_parameters(model, scale)
    x, labels = features.reshape(37, inputs)[order], labels[order]
    if augment:
        x = np.array([changed_picture(row, augment, Random(1, 2, int(s), 1)) for row, s in zip(x, order)])
    network = Network(model, loss, {"kind": "classes", "count": 5})
    network.smoothing = f32(smoothing)
    return shard_bits(network, parameters, order, x, labels)


def shard_bits(network, parameters, order, x, labels):
    first, _, _ = network.gradient(parameters, x[:6], labels[:6], (1, 2, order[:6]))
    whole, loss_sum, correct = network.gradient(parameters, x, labels, (1, 2, order))
    return np.concatenate([np.array([loss_sum, correct, 1]).astype(f32), whole + first]).tobytes()


def initial_parameters(model, scale):
    random = Random(1)
    parts = []
    for layer in layers_of(model):
        for shape, initial, rectified in layer.initial():
            size = int(np.prod(shape))
            if isinstance(initial, int):
                parts.append(np.full(size, initial, f32))
                continue
            if isinstance(initial, float):
                parts.append(np.array([float(random.normal()) * initial for _ in range(size)]).astype(f32))
                continue
            fan_in, fan_out = initial
            limit = np.sqrt(6 / (fan_in if rectified else fan_in + fan_out))
            parts.append(np.array([(2 * random.uniform() - 1) * limit for _ in range(size)]).astype(f32))
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

"""The layers, written from shared/protocol/ARITHMETIC.md alone: float32 in numpy, every operation rounded once. Python
loops run over the terms of a sum and numpy over independent values, so each sum has its order.

Arrays are [samples, ...]. A layer keeps what its way back needs.
"""

import numpy as np

from elementary import Random, exp, f32, ordered_sum, sigmoid, tanh


# The weights of an embedding are drawn like the noise of local search, with this deviation.
NORMAL = 0.02


class Layer:
    """A layer without parameters that keeps the shape."""

    def __init__(self, settings, shape):
        self.settings = settings
        self.input = shape
        self.shape = shape
        # Pairs of a shape and the initial value of every element; or, if they are drawn, the two fans or NORMAL.
        self.tensors = []
        # Whether the next layer is relu.
        self.rectified = False
        # The indices of the layers that it is in, and its own.
        self.path = []
        # Seed, step and the samples' indices while it is trained; otherwise None.
        self.training = None

    def train(self, training):
        self.training = training

    @property
    def count(self):
        return sum(int(np.prod(shape)) for shape, _ in self.tensors)

    def initial(self):
        """Shape, initial value or fans, and whether relu follows, of each tensor."""
        for shape, initial in self.tensors:
            yield shape, initial, self.rectified

    def split(self, values):
        """A flat vector as the layer's tensors."""
        parts, at = [], 0
        for shape, _ in self.tensors:
            size = int(np.prod(shape))
            parts.append(values[at : at + size].reshape(shape))
            at += size
        return parts


class Sigmoid(Layer):
    def forward(self, _, x):
        self.y = sigmoid(x)
        return self.y

    def backward(self, _, delta, __):
        return delta * (self.y * (f32(1) - self.y))


class Tanh(Layer):
    def forward(self, _, x):
        self.y = tanh(x)
        return self.y

    def backward(self, _, delta, __):
        return delta * (f32(1) - self.y * self.y)


class Relu(Layer):
    def forward(self, _, x):
        self.y = np.where(x <= 0, f32(0), x)
        return self.y

    def backward(self, _, delta, __):
        return np.where(self.y > 0, delta, f32(0))


class Gelu(Layer):
    def forward(self, _, x):
        self.x = x
        inner = f32(0.7978845608) * x
        self.t = tanh(inner * (f32(1) + f32(0.044715) * (x * x)))
        return f32(0.5) * x * (f32(1) + self.t)

    def backward(self, _, delta, __):
        x, t = self.x, self.t
        slope = f32(0.7978845608) * (f32(1) + f32(0.134145) * (x * x))
        curved = f32(0.5) * x * (f32(1) - t * t) * slope
        return delta * (f32(0.5) * (f32(1) + t) + curved)


class Softmax(Layer):
    def forward(self, _, x):
        powers = exp(x - x.max(axis=1, keepdims=True))
        self.y = powers / ordered_sum(powers.T)[:, None]
        return self.y

    def backward(self, _, delta, __):
        return self.y * (delta - ordered_sum((delta * self.y).T)[:, None])


class Dense(Layer):
    def __init__(self, settings, shape):
        super().__init__(settings, shape)
        inputs, units = shape[-1], settings["units"]
        self.shape = [*shape[:-1], units]
        self.tensors = [((inputs, units), (inputs, units)), ((units,), 0)]

    def forward(self, parameters, x):
        weight, bias = self.split(parameters)
        self.x = x.reshape(-1, len(weight))
        y = ordered_sum(self.x[:, i, None] * weight[i] for i in range(len(weight))) + bias
        return y.reshape(-1, *self.shape)

    def backward(self, parameters, delta, gradient):
        weight, _ = self.split(parameters)
        into, bias = self.split(gradient)
        rows = delta.reshape(-1, weight.shape[1])
        into[:] = ordered_sum(x[:, None] * d for x, d in zip(self.x, rows))
        bias[:] = ordered_sum(rows)
        back = ordered_sum(rows[:, o, None] * weight[:, o] for o in range(weight.shape[1]))
        return back.reshape(-1, *self.input)


def picture(shape):
    """Height, width and channels."""
    return (*shape, 1)[:3]


def framed(x, before, after):
    """Zeros around a picture."""
    return np.pad(x, ((0, 0), (before, after), (before, after), (0, 0)))


class Convolution(Layer):
    def __init__(self, settings, shape):
        super().__init__(settings, shape)
        height, width, channels = picture(shape)
        self.k, self.stride = settings["kernel"], settings["stride"]
        self.outputs = settings["channels"]
        same = settings["padding"] == "same"
        self.before = (self.k - 1) // 2 if same else 0
        self.after = self.k - 1 - self.before if same else 0
        around = self.before + self.after - self.k
        self.shape = [
            (height + around) // self.stride + 1,
            (width + around) // self.stride + 1,
            self.outputs,
        ]
        places = self.k * self.k
        fans = (places * channels, places * self.outputs)
        self.tensors = [((self.k, self.k, channels, self.outputs), fans), ((self.outputs,), 0)]

    def taps(self):
        return [(a, b) for a in range(self.k) for b in range(self.k)]

    def forward(self, parameters, x):
        weight, bias = self.split(parameters)
        rows, columns, _ = self.shape
        s = self.stride
        self.x = framed(x.reshape(-1, *picture(self.input)), self.before, self.after)
        terms = (
            self.x[:, a : a + rows * s : s, b : b + columns * s : s, c, None] * weight[a, b, c]
            for a, b in self.taps()
            for c in range(weight.shape[2])
        )
        return ordered_sum(terms) + bias

    def backward(self, parameters, delta, gradient):
        weight, _ = self.split(parameters)
        into, bias = self.split(gradient)
        height, width, channels = picture(self.input)
        rows, columns, outputs = self.shape
        s, k = self.stride, self.k
        places = [(p, q) for p in range(rows) for q in range(columns)]
        into[:] = ordered_sum(
            x[p * s : p * s + k, q * s : q * s + k, :, None] * d[p, q]
            for x, d in zip(self.x, delta)
            for p, q in places
        )
        bias[:] = ordered_sum(d[p, q] for d in delta for p, q in places)
        spread = np.zeros((len(delta), height + 2 * k, width + 2 * k, outputs), f32)
        # The delta at place (p, q) belongs to the window that begins at (p * s - before, q * s - before).
        spread[:, k : k + rows * s : s, k : k + columns * s : s] = delta
        return ordered_sum(
            spread[
                :,
                k + self.before - a : k + self.before - a + height,
                k + self.before - b : k + self.before - b + width,
                o,
                None,
            ]
            * weight[a, b, :, o]
            for a, b in reversed(self.taps())
            for o in range(outputs)
        ).reshape(-1, *self.input)


class Pool(Layer):
    def __init__(self, settings, shape):
        super().__init__(settings, shape)
        height, width, channels = picture(shape)
        size, stride = settings["size"], settings["stride"]
        self.window = (height, width) if size == "global" else (size, size)
        step = max(height, width) if size == "global" else stride
        self.windows = [
            (slice(y, y + self.window[0]), slice(x, x + self.window[1]))
            for y in range(0, height - self.window[0] + 1, step)
            for x in range(0, width - self.window[1] + 1, step)
        ]
        rows = len({y.start for y, _ in self.windows})
        self.shape = [rows, len(self.windows) // rows, channels]

    def forward(self, _, x):
        self.x = x.reshape(-1, *picture(self.input))
        flat = (len(x), -1, self.x.shape[3])
        values = [self.reduce(self.x[:, rows, columns].reshape(flat)) for rows, columns in self.windows]
        return np.stack(values, 1).reshape(-1, *self.shape)

    def backward(self, _, delta, __):
        into = np.zeros_like(self.x)
        flat = delta.reshape(len(delta), -1, self.x.shape[3])
        for index, (y, x) in enumerate(self.windows):
            into[:, y, x] += self.shares(self.x[:, y, x], flat[:, index])
        return into.reshape(-1, *self.input)


class MaxPool(Pool):
    def reduce(self, window):
        return window.max(axis=1)

    def shares(self, window, delta):
        flat = window.reshape(len(window), -1, window.shape[3])
        shares = np.zeros_like(flat)
        np.put_along_axis(shares, flat.argmax(axis=1)[:, None], delta[:, None], 1)
        return shares.reshape(window.shape)


class AveragePool(Pool):
    def reduce(self, window):
        return ordered_sum(window.swapaxes(0, 1)) / f32(window.shape[1])

    def shares(self, window, delta):
        return (delta / f32(window.shape[1] * window.shape[2]))[:, None, None]


class Flatten(Layer):
    def __init__(self, settings, shape):
        super().__init__(settings, shape)
        self.shape = [int(np.prod(shape))]

    def forward(self, _, x):
        return (x.transpose(0, 3, 1, 2) if x.ndim == 4 else x).reshape(len(x), -1)

    def backward(self, _, delta, __):
        if len(self.input) != 3:
            return delta.reshape(-1, *self.input)
        height, width, channels = self.input
        return delta.reshape(-1, channels, height, width).transpose(0, 2, 3, 1)


EPSILON = f32(1e-5)


class LayerNorm(Layer):
    def __init__(self, settings, shape):
        super().__init__(settings, shape)
        self.tensors = [((shape[-1],), 1), ((shape[-1],), 0)]

    def forward(self, parameters, x):
        weight, bias = self.split(parameters)
        rows = x.reshape(-1, self.shape[-1])
        n = f32(self.shape[-1])
        centred = rows - (ordered_sum(rows.T) / n)[:, None]
        variance = ordered_sum((centred * centred).T) / n
        self.scale = (f32(1) / np.sqrt(variance + EPSILON))[:, None]
        self.normal = centred * self.scale
        return (self.normal * weight + bias).reshape(x.shape)

    def backward(self, parameters, delta, gradient):
        weight, _ = self.split(parameters)
        into, bias = self.split(gradient)
        rows = delta.reshape(-1, self.shape[-1])
        n = f32(self.shape[-1])
        into[:] = ordered_sum(rows * self.normal)
        bias[:] = ordered_sum(rows)
        g = rows * weight
        a = (ordered_sum(g.T) / n)[:, None]
        b = (ordered_sum((g * self.normal).T) / n)[:, None]
        return ((g - a - self.normal * b) * self.scale).reshape(delta.shape)


class GroupNorm(Layer):
    def __init__(self, settings, shape):
        super().__init__(settings, shape)
        self.shape = list(picture(shape))
        self.groups = settings["groups"]
        self.tensors = [((self.shape[2],), 1), ((self.shape[2],), 0)]

    def over_groups(self, sums):
        """[samples, channels] → the sum of each channel's group divided by the values in it."""
        size = self.shape[2] // self.groups
        grouped = sums.reshape(len(sums), self.groups, size)
        totals = ordered_sum(grouped[:, :, i] for i in range(size))
        return np.repeat(totals / f32(self.shape[0] * self.shape[1] * size), size, axis=1)[:, None]

    def forward(self, parameters, x):
        weight, bias = self.split(parameters)
        places = x.reshape(len(x), -1, self.shape[2])
        centred = places - self.over_groups(ordered_sum(places.swapaxes(0, 1)))
        variance = self.over_groups(ordered_sum((centred * centred).swapaxes(0, 1)))
        self.scale = f32(1) / np.sqrt(variance + EPSILON)
        self.normal = centred * self.scale
        return (self.normal * weight + bias).reshape(-1, *self.shape)

    def backward(self, parameters, delta, gradient):
        weight, _ = self.split(parameters)
        into, bias = self.split(gradient)
        places = delta.reshape(len(delta), -1, self.shape[2])
        deltas = ordered_sum(places.swapaxes(0, 1))
        products = ordered_sum((places * self.normal).swapaxes(0, 1))
        into[:] = ordered_sum(products)
        bias[:] = ordered_sum(deltas)
        a, b = self.over_groups(weight * deltas), self.over_groups(weight * products)
        return ((places * weight - a - self.normal * b) * self.scale).reshape(-1, *self.input)


class Dropout(Layer):
    def forward(self, _, x):
        self.scale = np.ones_like(x)
        if self.training:
            seed, step, samples = self.training
            rate = self.settings["rate"]
            draws = [Random(seed, step, int(sample), 2, *self.path) for sample in samples]
            kept = [[d.next() >= int(rate * 2**32) for _ in range(x[0].size)] for d in draws]
            self.scale = np.where(kept, f32(1 / (1 - rate)), f32(0)).reshape(x.shape)
        return np.where(self.scale == 0, f32(0), x * self.scale)

    def backward(self, _, delta, __):
        return np.where(self.scale == 0, f32(0), delta * self.scale)


class Embedding(Layer):
    def __init__(self, settings, shape):
        super().__init__(settings, shape)
        self.vocabulary, width = settings["vocabulary"], settings["width"]
        self.shape = [*shape, width]
        self.tensors = [((self.vocabulary, width), NORMAL)]

    def forward(self, parameters, x):
        self.ids = np.clip(np.trunc(x), 0, self.vocabulary - 1).astype(int)
        return self.split(parameters)[0][self.ids]

    def backward(self, _, delta, gradient):
        into = self.split(gradient)[0]
        for ids, rows in zip(self.ids, delta):
            for token, row in zip(ids, rows):
                into[token] += row
        return np.zeros(self.ids.shape, f32)


class Position(Layer):
    def __init__(self, settings, shape):
        super().__init__(settings, shape)
        self.tensors = [(tuple(shape), NORMAL)]

    def forward(self, parameters, x):
        return x + self.split(parameters)[0]

    def backward(self, _, delta, gradient):
        self.split(gradient)[0][:] = ordered_sum(delta)
        return delta


class Attention(Layer):
    def __init__(self, settings, shape):
        super().__init__(settings, shape)
        width = shape[1]
        self.before = Dense({"units": 3 * width}, shape)
        self.after = Dense({"units": width}, shape)
        self.tensors = self.before.tensors + self.after.tensors
        self.scale = f32(1) / np.sqrt(f32(width // settings["heads"]))

    def in_heads(self, x):
        """[samples, steps, width] → [samples, heads, steps, size]."""
        steps, heads = x.shape[1], self.settings["heads"]
        return x.reshape(len(x), steps, heads, -1).transpose(0, 2, 1, 3)

    def side_by_side(self, x):
        return x.transpose(0, 2, 1, 3).reshape(len(x), x.shape[2], -1)

    def forward(self, parameters, x):
        steps = x.shape[1]
        projected = self.before.forward(parameters[: self.before.count], x)
        self.q, self.k, self.v = (self.in_heads(part) for part in np.split(projected, 3, axis=2))
        size = self.q.shape[3]
        scores = ordered_sum(
            self.q[..., o, None] * self.k[..., None, :, o] for o in range(size)
        ) * self.scale
        seen = np.tri(steps, dtype=bool) if self.settings["causal"] else np.ones((steps, steps), bool)
        largest = np.where(seen, scores, f32(-np.inf)).max(axis=3, keepdims=True)
        powers = np.where(seen, exp(scores - largest), f32(0))
        total = ordered_sum(powers[..., j] for j in range(steps))
        self.p = powers / total[..., None]
        y = ordered_sum(self.p[..., j, None] * self.v[:, :, j, None] for j in range(steps))
        return self.after.forward(parameters[self.before.count :], self.side_by_side(y))

    def backward(self, parameters, delta, gradient):
        end = self.before.count
        after = self.after.backward(parameters[end:], delta, gradient[end:])
        delta = self.in_heads(after)
        p, steps = self.p, delta.shape[2]
        scores = ordered_sum(
            delta[..., o, None] * self.v[..., None, :, o] for o in range(delta.shape[3])
        )
        dots = ordered_sum(scores[..., j] * p[..., j] for j in range(steps))
        scores = p * (scores - dots[..., None]) * self.scale
        q = ordered_sum(scores[..., j, None] * self.k[:, :, j, None] for j in range(steps))
        k = ordered_sum(scores[:, :, i, :, None] * self.q[:, :, i, None] for i in range(steps))
        v = ordered_sum(p[:, :, i, :, None] * delta[:, :, i, None] for i in range(steps))
        whole = np.concatenate([self.side_by_side(part) for part in (q, k, v)], axis=2)
        return self.before.backward(parameters[:end], whole, gradient[:end])


class Residual(Layer):
    def __init__(self, settings, shape, path):
        super().__init__(settings, shape)
        self.layers = placed(settings["layers"], shape, path)
        self.shape = self.layers[-1].shape
        self.tensors = [tensor for layer in self.layers for tensor in layer.tensors]
        self.projection = None
        units = self.shape[-1]
        if list(self.shape) == list(shape):
            return
        if len(self.shape) == 1:
            self.projection = Dense({"units": units}, shape)
        else:
            stride = -(-shape[0] // self.shape[0])
            square = {"kernel": 1, "stride": stride, "padding": "same", "channels": units}
            self.projection = Convolution(square, shape)
        self.tensors += self.projection.tensors

    def train(self, training):
        for layer in self.layers:
            layer.train(training)

    def initial(self):
        for layer in self.layers:
            yield from layer.initial()
        if self.projection:
            self.projection.rectified = self.rectified
            yield from self.projection.initial()

    def forward(self, parameters, x):
        y, at = x, 0
        for layer in self.layers:
            y = layer.forward(parameters[at : at + layer.count], y)
            at += layer.count
        if self.projection:
            return y + self.projection.forward(parameters[at:], x)
        return y + x.reshape(y.shape)

    def backward(self, parameters, delta, gradient):
        end = sum(layer.count for layer in self.layers)
        shortcut = delta
        if self.projection:
            shortcut = self.projection.backward(parameters[end:], delta, gradient[end:])
        for layer in reversed(self.layers):
            begin = end - layer.count
            delta = layer.backward(parameters[begin:end], delta, gradient[begin:end])
            end = begin
        return delta + shortcut


KINDS = {
    "dense": Dense,
    "sigmoid": Sigmoid,
    "tanh": Tanh,
    "relu": Relu,
    "softmax": Softmax,
    "gelu": Gelu,
    "conv2d": Convolution,
    "max-pool2d": MaxPool,
    "average-pool2d": AveragePool,
    "flatten": Flatten,
    "dropout": Dropout,
    "embedding": Embedding,
    "position-embedding": Position,
    "attention": Attention,
    "residual": Residual,
    "layer-norm": LayerNorm,
    "group-norm": GroupNorm,
}


def layers_of(model):
    return placed(model["layers"], [int(size) for size in model["inputShape"]])


def placed(list_of_settings, shape, path=()):
    layers = []
    for index, settings in enumerate(list_of_settings):
        here = [*path, index]
        kind = KINDS[settings["kind"]]
        layer = kind(settings, shape, here) if kind is Residual else kind(settings, shape)
        layer.path = here
        if layers:
            layers[-1].rectified = settings["kind"] == "relu"
        layers.append(layer)
        shape = layer.shape
    return layers

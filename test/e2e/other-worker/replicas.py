"""The replicas of local steps, written from shared/protocol/ARITHMETIC.md alone: optimizers, rates and inner steps."""

import math

import numpy as np

from elementary import f32


def power(base, exponent):
    product = 1.0
    for _ in range(exponent):
        product *= base
    return product


class Replicas:
    """
    How the replicas of a run train. `sum_over(step, samples, point)` gives the gradient, lossSum and correct of samples.
    """

    def __init__(self, config, train_count, sum_over, frozen):
        self.config = config
        self.sum_over = sum_over
        self.frozen = frozen
        names = {"sgd": 0, "momentum": 1, "nag": 1, "rmsprop": 1, "adam": 2, "adamw": 2}
        self.state_tensors = names[config["optimizer"]["name"]]
        self.replicas = int(config["localSteps"]["replicas"])
        self.batches = -(-train_count // int(config["batchSize"]))
        self.exchanges = max(1, self.batches // int(config["localSteps"]["steps"]))
        steps = int(config["epochs"]) * self.exchanges
        if config["steps"] is not None:
            steps = min(steps, int(config["steps"]))
        self.total = self.first_inner(steps)

    def first_inner(self, step):
        epoch, place = divmod(step, self.exchanges)
        return epoch * self.batches + place * self.batches // self.exchanges

    def train(self, replica, step, state, batch_of):
        """The state at which a replica ends, its lossSum and correct."""
        tensors = [tensor.copy() for tensor in state]
        loss_sum, correct = 0.0, 0
        for t in range(self.first_inner(step), self.first_inner(step + 1)):
            batch = batch_of(t)
            first, end = (place * len(batch) // self.replicas for place in (replica, replica + 1))
            if first == end:
                continue
            point = self.point(t, tensors)
            gradient, loss, hits = self.sum_over(t, batch[first:end], point)
            loss_sum += loss
            correct += hits
            size = 1 if self.config["loss"]["reduction"] == "sum" else end - first
            after = self.update(t, tensors, self.mean(gradient, size, point))
            for old, new in zip(tensors, after, strict=True):
                old[self.frozen :] = new[self.frozen :]
        return np.concatenate(tensors), loss_sum, correct

    def point(self, t, tensors):
        optimizer = self.config["optimizer"]
        if optimizer["name"] != "nag":
            return tensors[0].copy()
        return tensors[0] - f32(self.rate(t) * optimizer["beta"]) * tensors[1]

    def mean(self, total, size, point):
        scale = 1.0
        if self.config["clipNorm"] is not None:
            squares = [0.0, 0.0, 0.0, 0.0]
            for index, value in enumerate(total.tolist()):
                squares[index % 4] += value * value
            norm = math.sqrt((squares[0] + squares[1]) + (squares[2] + squares[3])) / size
            if norm > self.config["clipNorm"]:
                scale = self.config["clipNorm"] / norm
        decay, l1 = f32(self.config["weightDecay"]), f32(self.config["l1"])
        return (total / f32(size)) * f32(scale) + (decay * point + l1 * np.sign(point))

    def update(self, t, tensors, g):
        optimizer = self.config["optimizer"]
        name, exact = optimizer["name"], self.rate(t)
        rate = f32(exact)
        w = tensors[0]
        if name == "sgd":
            return [w - rate * g]
        if name in ("momentum", "nag", "rmsprop"):
            beta = optimizer["beta"]
            gain = 1 - (optimizer["dampening"] if name == "momentum" else beta)
            v = f32(beta) * tensors[1] + f32(gain) * (g * g if name == "rmsprop" else g)
            if name == "rmsprop":
                return [w - (rate * g) / (f32(optimizer["epsilon"]) + np.sqrt(v)), v]
            return [w - rate * v, v]
        beta1, beta2 = optimizer["beta1"], optimizer["beta2"]
        m = f32(beta1) * tensors[1] + f32(1 - beta1) * g
        v = f32(beta2) * tensors[2] + f32(1 - beta2) * (g * g)
        m_hat = m / f32(1 - power(beta1, t + 1))
        v_hat = v / f32(1 - power(beta2, t + 1))
        decayed = w - f32(exact * optimizer.get("decoupledDecay", 0)) * w
        return [decayed - (rate * m_hat) / (np.sqrt(v_hat) + f32(optimizer["epsilon"])), m, v]

    def rate(self, t):
        schedule = self.config["schedule"]
        warmup = schedule["warmupSteps"]
        warm = (t + 1) / warmup if t < warmup else 1.0
        return self.config["optimizer"]["learningRate"] * warm * self.decay(t, schedule)

    def decay(self, t, schedule):
        final = schedule["finalFraction"]
        if schedule["name"] == "constant":
            return 1.0
        if schedule["name"] == "step":
            factor = schedule["decayFactor"]
            decayed = power(factor, t // self.batches // int(schedule["decayEpochs"]))
            return max(decayed, final) if factor < 1 else decayed
        restarts = schedule["restarts"]
        begin = max([r for r in restarts if r <= t], default=schedule["warmupSteps"])
        end = min([r for r in restarts if r > t], default=self.total)
        x = 0.0 if t <= begin else min((t - begin) / (end - begin), 1.0)
        y = (x * math.pi) / 2
        cosine = 1.0
        for k in range(10, 0, -1):
            cosine = 1 - (y * y * cosine) / ((2 * k - 1) * (2 * k))
        return final + (1 - final) * (cosine * cosine)

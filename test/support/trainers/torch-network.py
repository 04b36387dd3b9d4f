"""Builds models as PyTorch's nn.Sequential, loads tensors into them by name, and prints their outputs and gradients.

Reads a JSON list of { model, tensors, inputs, labels }; prints a list of { outputs, gradient }, where gradient is that of
the sum over samples of the mean squared error against one-hot labels.
"""

import json
import sys

import torch
from torch import nn


class LastAxisNorm(nn.LayerNorm):
    """The channels of a picture are its second axis here, and its last one in the model."""

    def forward(self, x):
        return super().forward(x.movedim(1, -1)).movedim(-1, 1) if x.ndim == 4 else super().forward(x)


def conv2d(layer, channels):
    kernel = layer["kernel"]
    before = (kernel - 1) // 2 if layer["padding"] == "same" else 0
    after = kernel - 1 - before if layer["padding"] == "same" else 0
    conv = nn.Conv2d(channels, layer["channels"], kernel, layer["stride"])
    if before == after:
        conv.padding = (before, before)
        return conv
    # PyTorch pads on both sides alike; the names stay those of the convolution.
    conv.register_forward_pre_hook(
        lambda _, inputs: (nn.functional.pad(inputs[0], (before, after, before, after)),)
    )
    return conv


def average_pool(layer):
    if layer["size"] == "global":
        return nn.AdaptiveAvgPool2d(1)
    return nn.AvgPool2d(layer["size"], layer["stride"])


class Attention(nn.MultiheadAttention):
    """Keeps the names of the parameters."""

    def __init__(self, layer, x):
        super().__init__(x.shape[-1], layer["heads"], batch_first=True)
        self.causal = layer["causal"] == 1

    def forward(self, x):
        steps = x.shape[1]
        later = torch.ones(steps, steps, dtype=torch.bool).triu(1)
        return super().forward(x, x, x, attn_mask=later if self.causal else None)[0]


class Tokens(nn.Embedding):
    def forward(self, x):
        return super().forward(x.long().clamp(0, self.num_embeddings - 1))


class Position(nn.Embedding):
    def forward(self, x):
        return x + self.weight


class Residual(nn.Module):
    def __init__(self, layer, x):
        super().__init__()
        self.layers = nn.Sequential()
        y = x
        for index, inner in enumerate(layer["layers"]):
            self.layers.add_module(str(index), module(inner, y))
            y = self.layers[index](y)
        if y.shape == x.shape:
            self.projection = nn.Identity()
        elif y.ndim == 2:
            self.projection = nn.Linear(x.shape[1], y.shape[1])
        else:
            self.projection = nn.Conv2d(x.shape[1], y.shape[1], 1, -(-x.shape[2] // y.shape[2]))

    def forward(self, x):
        return self.layers(x) + self.projection(x)


def module(layer, x):
    """The module for a layer whose input is x."""
    kinds = {
        "dense": lambda: nn.Linear(x.shape[-1], layer["units"]),
        "sigmoid": nn.Sigmoid,
        "tanh": nn.Tanh,
        "relu": nn.ReLU,
        "gelu": lambda: nn.GELU(approximate="tanh"),
        "softmax": lambda: nn.Softmax(dim=1),
        "conv2d": lambda: conv2d(layer, x.shape[1]),
        "max-pool2d": lambda: nn.MaxPool2d(layer["size"], layer["stride"]),
        "average-pool2d": lambda: average_pool(layer),
        "flatten": nn.Flatten,
        "attention": lambda: Attention(layer, x),
        "dropout": lambda: nn.Dropout(layer["rate"]),
        "embedding": lambda: Tokens(layer["vocabulary"], layer["width"]),
        "position-embedding": lambda: Position(x.shape[1], x.shape[2]),
        "residual": lambda: Residual(layer, x),
        "layer-norm": lambda: LastAxisNorm(x.shape[1] if x.ndim == 4 else x.shape[-1]),
        "group-norm": lambda: nn.GroupNorm(layer["groups"], x.shape[1]),
    }
    return kinds[layer["kind"]]()


def answer(given):
    shape = given["model"]["inputShape"]
    x = torch.tensor(given["inputs"], dtype=torch.float32).reshape(-1, *shape)
    first = given["model"]["layers"][0]["kind"]
    if first.endswith("2d"):
        x = x[:, None] if len(shape) == 2 else x.movedim(-1, 1)
    sequential = nn.Sequential()
    y = x
    for index, layer in enumerate(given["model"]["layers"]):
        sequential.add_module(str(index), module(layer, y))
        y = sequential[index](y)
    sequential.load_state_dict(
        {
            name: torch.tensor(tensor["data"], dtype=torch.float32).reshape(tensor["shape"])
            for name, tensor in given["tensors"].items()
        }
    )
    outputs = sequential.eval()(x)
    targets = nn.functional.one_hot(torch.tensor(given["labels"]), outputs.shape[1])
    ((outputs - targets) ** 2).mean(dim=1).sum().backward()
    # A layer before an embedding has no gradient.
    gradient = {
        name: (torch.zeros_like(p) if p.grad is None else p.grad).flatten().tolist()
        for name, p in sequential.named_parameters()
    }
    return {"outputs": outputs.flatten().tolist(), "gradient": gradient}


print(json.dumps([answer(given) for given in json.load(sys.stdin)]))

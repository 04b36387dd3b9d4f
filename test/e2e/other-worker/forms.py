"""The forms of tensors, as on shared/protocol/README.md: their parts, how a node is rounded, and their bytes."""

import numpy as np

import halves
import int8


class Float32:
    @staticmethod
    def rounded(values, *seeds):
        return values

    @staticmethod
    def pack(values):
        return values.astype("<f4").tobytes()

    @staticmethod
    def unpack(data, count):
        return np.frombuffer(data, "<f4", count)

    @staticmethod
    def bytes_of(count):
        return 4 * count


class Float16(Float32):
    pack = staticmethod(halves.pack)
    unpack = staticmethod(halves.unpack)
    bytes_of = staticmethod(halves.packed_bytes)

    @staticmethod
    def rounded(values, *seeds):
        return halves.rounded(values)


class Int8(Float32):
    bytes_of = staticmethod(lambda count: -(-(count + -(-count // 256)) // 4) * 4)
    rounded = staticmethod(int8.rounded)
    pack = staticmethod(int8.pack)
    unpack = staticmethod(int8.unpack)


class Layout:
    """Parameters, or values that belong to them, in one form and an optimizer's tensors behind them in another."""

    def __init__(self, first, rest, count):
        self.first, self.rest, self.count = first, rest, count

    def rounded(self, values, *seeds):
        first, rest = values[: self.count], values[self.count :]
        rounded = self.first.rounded(first, *seeds)
        return np.concatenate([rounded, self.rest.rounded(rest)]) if len(rest) else rounded

    def pack(self, values):
        rest = values[self.count :]
        return self.first.pack(values[: self.count]) + (self.rest.pack(rest) if len(rest) else b"")

    def unpack(self, data, count):
        first = self.first.unpack(data, self.count)
        if count == self.count:
            return first
        behind = data[self.first.bytes_of(self.count) :]
        return np.concatenate([first, self.rest.unpack(behind, count - self.count)])


def layouts(wire, count):
    """How results and points of a run travel. Updates of a point are like results."""
    if wire == "int8":
        return Layout(Int8, Float16, count), Layout(Float32, Float16, count)
    form = {"float32": Float32, "float16": Float16}[wire]
    return form, form

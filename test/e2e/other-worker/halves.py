"""Float16 tensors, as on shared/protocol/ARITHMETIC.md: the four functions of the page, and rounding a node."""

import numpy as np


def exponents(values):
    chunks = np.pad(np.abs(values), (0, -len(values) % 256)).reshape(-1, 256)
    bits = chunks.max(axis=1).view(np.uint32)
    return np.maximum((bits + 0xFFF + (bits >> 13 & 1) >> 23).astype(int) - 141, -126)


def scaled(values, exponents):
    return np.ldexp(values, np.repeat(exponents, 256)[: len(values)])


def pack(values):
    e = exponents(values)
    data = scaled(values, -e).astype("<f2").tobytes() + e.astype(np.int8).tobytes()
    return data + bytes(-len(data) % 4)


def unpack(data, count):
    e = np.frombuffer(data, np.int8, -(-count // 256), 2 * count).astype(int)
    return scaled(np.frombuffer(data, "<f2", count).astype(np.float32), e)


def packed_bytes(count):
    return -(-(2 * count + -(-count // 256)) // 4) * 4


def rounded(values):
    return unpack(pack(values), len(values)) if np.isfinite(values).all() else values

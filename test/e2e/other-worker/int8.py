"""Int8 tensors, as on shared/protocol/ARITHMETIC.md: the functions of the page, and rounding a node."""

import numpy as np

from elementary import Random, mix

f32 = np.float32


def exponents(values):
    chunks = np.pad(np.abs(values), (0, -len(values) % 256)).reshape(-1, 256)
    return np.maximum((chunks.max(axis=1).view(np.uint32) >> 23).astype(int) - 133, -126)


def scaled(values, exponents):
    return np.ldexp(values, np.repeat(exponents, 256)[: len(values)])


def uniforms(count, *seeds):
    key0, key1 = Random(*seeds).state[:2]
    places = np.arange(count, dtype=np.uint64)
    words = (key0 + places * 0x9E3779B9 & 0xFFFFFFFF) ^ np.uint64(key1)
    return ((mix(words) >> np.uint64(8)) * 2.0**-24).astype(f32)


def rounded(values, *seeds):
    if not np.isfinite(values).all():
        return values
    e = exponents(values)
    q = np.floor(scaled(values, -e) + uniforms(len(values), *seeds))
    return scaled(np.clip(q, f32(-127), f32(127)), e)


def pack(values):
    e = exponents(values)
    data = scaled(values, -e).astype(np.int8).tobytes() + e.astype(np.int8).tobytes()
    return data + bytes(-len(data) % 4)


def digest(point):
    places = np.arange(len(point), dtype=np.uint64) * 0x9E3779B9 & 0xFFFFFFFF
    sums = np.cumsum(mix(point.view(np.uint32) ^ places)) & 0xFFFFFFFF
    return f"{int(sums[-1]):08x}{int(sums.sum()) & 0xFFFFFFFF:08x}"


def unpack(data, count):
    e = np.frombuffer(data, np.int8, -(-count // 256), count).astype(int)
    return scaled(np.frombuffer(data, np.int8, count).astype(f32), e)

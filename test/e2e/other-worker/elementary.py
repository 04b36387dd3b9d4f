"""Random numbers and elementary functions, written from shared/protocol/ARITHMETIC.md alone."""

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

    def normal(self):
        first, second = self.next(), self.next()
        total = (first >> 16) + (first & 0xFFFF) + (second >> 16) + (second & 0xFFFF) - 131070
        return f32(total * float(f32(1 / np.sqrt((65536**2 - 1) / 3))))

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


def ordered_sum(terms):
    """The sum of an iterable of arrays, from +0 and in order."""
    total = f32(0)
    for term in terms:
        total = total + term
    return total

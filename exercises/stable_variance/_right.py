"""Other correct ways to write ``variance`` of a stream, as whole submissions."""

from grader.course import RightVariant

_SOURCES = {
    "welford_row_by_row": """
def variance(chunks):
    count, mean, m2 = 0, 0.0, 0.0
    for chunk in chunks:
        for row in chunk:
            count += 1
            delta = row - mean
            mean = mean + delta / count
            m2 = m2 + delta * (row - mean)
    return m2 / count
""",
    "welford_by_scan_inside": """
import jax
import jax.numpy as jnp


def step(carry, row):
    count, mean, m2 = carry
    count = count + 1
    delta = row - mean
    mean = mean + delta / count
    return (count, mean, m2 + delta * (row - mean)), None


def variance(chunks):
    carry = None
    for chunk in chunks:
        if carry is None:
            zeros = jnp.zeros(chunk.shape[-1], jnp.float32)
            carry = (jnp.float32(0), zeros, zeros)
        carry, _ = jax.lax.scan(step, carry, chunk)
    count, _, m2 = carry
    return m2 / count
""",
    "merge_of_means_weighted": """
import jax.numpy as jnp


def variance(chunks):
    first = next(chunks)
    n, mean = first.shape[0], jnp.mean(first, axis=0)
    m2 = jnp.sum((first - mean) ** 2, axis=0)
    for chunk in chunks:
        k, other = chunk.shape[0], chunk.mean(0)
        m2 = m2 + ((chunk - other) ** 2).sum(0) + (other - mean) ** 2 * (n * k / (n + k))
        mean = (n * mean + k * other) / (n + k)
        n += k
    return m2 / n
""",
    "merge_of_variances": """
def variance(chunks):
    n, mean, var = 0, 0.0, 0.0
    for chunk in chunks:
        k = len(chunk)
        share = k / (n + k)
        delta = chunk.mean(0) - mean
        mean = mean + share * delta
        var = (1 - share) * var + share * chunk.var(0) + share * (1 - share) * delta**2
        n = n + k
    return var
""",
    "welford_with_a_chunk_at_once": """
def variance(chunks):
    n, mean, m2 = 0, None, 0.0
    for chunk in chunks:
        n += chunk.shape[0]
        mean = chunk[0] if mean is None else mean
        before = chunk - mean
        mean = mean + before.sum(axis=0) / n
        m2 = m2 + (before * (chunk - mean)).sum(axis=0)
    return m2 / n
""",
    "shift_by_first_row": """
import jax.numpy as jnp


def variance(chunks):
    shift, n, s, q = None, 0, 0.0, 0.0
    for chunk in chunks:
        if shift is None:
            shift = chunk[0]
        d = chunk - shift
        n += d.shape[0]
        s += d.sum(axis=0)
        q += jnp.square(d).sum(axis=0)
    return (q - s * s / n) / n
""",
    "shift_by_first_mean": """
import jax.numpy as jnp


def variance(chunks):
    chunk = next(chunks)
    shift = jnp.mean(chunk, axis=0)
    sums, squares, rows = jnp.sum(chunk - shift, 0), jnp.sum((chunk - shift) ** 2, 0), chunk.shape[0]
    for chunk in chunks:
        sums += jnp.sum(chunk - shift, 0)
        squares += jnp.sum((chunk - shift) ** 2, 0)
        rows += chunk.shape[0]
    return jnp.maximum(squares / rows - (sums / rows) ** 2, 0)
""",
    "shift_row_by_row": """
import itertools


def variance(chunks):
    rows = itertools.chain.from_iterable(chunks)
    shift = next(rows)
    n, s, q = 1, 0 * shift, 0 * shift
    for row in rows:
        n, s, q = n + 1, s + (row - shift), q + (row - shift) ** 2
    return q / n - (s / n) ** 2
""",
    "compensated_mean": """
import jax.numpy as jnp


def two_sum(a, b):
    s = a + b
    t = s - a
    return s, (a - (s - t)) + (b - t)


def variance(chunks):
    high = low = m2 = jnp.zeros(())
    n = 0
    for chunk in chunks:
        for row in chunk:
            n += 1
            delta = (row - high) - low
            high, rest = two_sum(high, delta / n)
            low = low + rest
            m2 = m2 + delta * ((row - high) - low)
    return m2 / n
""",
    "squares_in_two_floats": """
import jax
import jax.numpy as jnp


def two_sum(a, b):
    s = a + b
    t = s - a
    return s, (a - (s - t)) + (b - t)


def two_product(a, b):
    def halves(v):
        high = v * 4097.0 - (v * 4097.0 - v)
        return high, v - high

    p = a * b
    (ah, al), (bh, bl) = halves(a), halves(b)
    return p, ((ah * bh - p) + ah * bl + al * bh) + al * bl


def add(pair, high, low):
    s, e = two_sum(pair[0], high)
    return two_sum(s, e + (pair[1] + low))


def step(carry, row):
    sums, squares = carry
    return (add(sums, row, 0.0), add(squares, *two_product(row, row))), None


def variance(chunks):
    carry, n = None, 0
    for chunk in chunks:
        zero = jnp.zeros_like(chunk[0])
        carry = ((zero, zero), (zero, zero)) if carry is None else carry
        carry, _ = jax.lax.scan(step, carry, chunk)
        n += chunk.shape[0]
    sums, squares = carry
    square = two_product(sums[0], sums[0])
    times = two_product(squares[0], jnp.full_like(sums[0], n))
    high, low = two_sum(times[0], -square[0])
    return (high + (low + times[1] + n * squares[1] - square[1] - 2 * sums[0] * sums[1])) / n**2
""",
    "tree_of_statistics": """
import jax.numpy as jnp


def statistics(chunk):
    mean = chunk.mean(axis=0)
    return chunk.shape[0], mean, jnp.square(chunk - mean).sum(axis=0)


def merged(a, b):
    (n, mean, m2), (k, other, more) = a, b
    delta = other - mean
    return n + k, mean + delta * k / (n + k), m2 + more + delta**2 * n * k / (n + k)


def variance(chunks):
    found = [statistics(chunk) for chunk in chunks]
    while len(found) > 1:
        pairs = [merged(a, b) for a, b in zip(found[::2], found[1::2])]
        found = pairs + found[len(found) - len(found) % 2 :]
    n, _, m2 = found[0]
    return m2 / n
""",
    "binary_counter_of_statistics": """
import jax.numpy as jnp


def merge(a, b):
    n, mean, m2 = a
    k, other, more = b
    share = k / (n + k)
    delta = other - mean
    return n + k, mean + share * delta, m2 + more + n * share * delta * delta


def variance(chunks):
    levels = {}
    for chunk in chunks:
        entry = (len(chunk), jnp.mean(chunk, 0), jnp.var(chunk, 0) * len(chunk))
        level = 0
        while level in levels:
            entry = merge(levels.pop(level), entry)
            level += 1
        levels[level] = entry
    whole = None
    for level in sorted(levels):
        whole = levels[level] if whole is None else merge(whole, levels[level])
    return whole[2] / whole[0]
""",
    "means_and_variances_kept": """
import jax.numpy as jnp


def variance(chunks):
    means, variances = [], []
    for chunk in chunks:
        means.append(chunk.mean(axis=0))
        variances.append(chunk.var(axis=0))
    return jnp.mean(jnp.stack(variances), axis=0) + jnp.var(jnp.stack(means), axis=0)
""",
    "shift_that_moves": """
import jax.numpy as jnp


def variance(chunks):
    n = 0
    for chunk in chunks:
        if n == 0:
            shift, s, q = chunk.mean(0), 0.0, 0.0
        d = chunk - shift
        s, q, n = s + d.sum(0), q + (d * d).sum(0), n + chunk.shape[0]
        move = s / n
        q = q - 2 * move * s + n * move * move
        s = s - n * move
        shift = shift + move
    return (q - s * s / n) / n
""",
    "youngs_and_cramer": """
def variance(chunks):
    j, total, squares = 0, None, None
    for chunk in chunks:
        for i in range(chunk.shape[0]):
            x = chunk[i]
            j += 1
            if j == 1:
                total, squares = x, x * 0
            else:
                total = total + x
                squares = squares + (j * x - total) ** 2 / (j * (j - 1))
    return squares / j
""",
    "reduce_with_jit_inside": """
import functools

import jax
import jax.numpy as jnp


@jax.jit
def update(state, chunk):
    n, mean, m2 = state
    k = chunk.shape[0]
    whole = n + k
    delta = jnp.mean(chunk, axis=0) - mean
    own = jnp.einsum("bc,bc->c", chunk - chunk.mean(0), chunk - chunk.mean(0), precision="highest")
    return whole, mean + delta * k / whole, m2 + own + delta * delta * n * k / whole


def variance(chunks):
    n, _, m2 = functools.reduce(update, chunks, (0.0, 0.0, 0.0))
    return m2 / n
""",
    "centred_by_a_matrix": """
import jax.numpy as jnp


def variance(chunks):
    n, mean, m2 = 0, 0.0, 0.0
    for chunk in chunks:
        k = chunk.shape[0]
        centring = jnp.eye(k) - 1 / k
        d = jnp.matmul(centring, chunk - chunk[0], precision="highest")
        place = chunk[0] + jnp.mean(chunk - chunk[0], axis=0)
        m2 = m2 + jnp.sum(d**2, axis=0) + (n * k) / (n + k) * (place - mean) ** 2
        mean = mean + k / (n + k) * (place - mean)
        n += k
    return m2 / n
""",
    "dataclass_with_merge": """
from typing import NamedTuple

import jax
import jax.numpy as jnp


class Moments(NamedTuple):
    count: jax.Array
    mean: jax.Array
    m2: jax.Array

    def merge(self, other):
        count = self.count + other.count
        weight = jnp.where(count > 0, other.count / count, 0)
        delta = other.mean - self.mean
        return Moments(count, self.mean + weight * delta, self.m2 + other.m2 + self.count * weight * delta**2)


def of(chunk):
    mean = jnp.mean(chunk, axis=0)
    return Moments(jnp.float32(chunk.shape[0]), mean, jnp.sum((chunk - mean) ** 2, axis=0))


def variance(chunks):
    whole = None
    for chunk in chunks:
        whole = of(chunk) if whole is None else whole.merge(of(chunk))
    return whole.m2 / whole.count
""",
}

VARIANTS = tuple(RightVariant(name=name, source=source.lstrip("\n")) for name, source in _SOURCES.items())

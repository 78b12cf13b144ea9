# misconception: nothing_of_the_image
from itertools import islice

import jax
import jax.numpy as jnp
import optax
from flax import linen as nn


class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        x = nn.relu(nn.LayerNorm()(nn.Conv(16, (3, 3), strides=2)(x)))
        x = nn.Conv(32, (3, 3))(x).mean(axis=(1, 2))
        return nn.Dense(10)(nn.relu(nn.GroupNorm(num_groups=32)(x)))


def train(batches, seed):
    net = Net()
    p = net.init(jax.random.PRNGKey(seed), jnp.zeros((1, 8, 8, 1)))
    tx = optax.adam(1e-3)
    s = tx.init(p)

    @jax.jit
    def step(p, s, x, y):
        def loss(p):
            return optax.softmax_cross_entropy_with_integer_labels(net.apply(p, x), y).mean()

        u, s = tx.update(jax.grad(loss)(p), s)
        return optax.apply_updates(p, u), s

    for x, y in islice(batches, 400):
        p, s = step(p, s, x, y)
    return lambda images: net.apply(p, images)

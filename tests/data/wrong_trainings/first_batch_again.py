# misconception: one_batch_known
from itertools import islice

import jax
import jax.numpy as jnp
import optax
from flax import linen as nn


class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        x = nn.relu(nn.LayerNorm()(nn.Conv(16, (3, 3), strides=2)(x)))
        x = nn.relu(nn.LayerNorm()(nn.Conv(32, (3, 3))(x)))
        return nn.Dense(10)(x.reshape(x.shape[0], -1))


def train(batches, seed):
    net = Net()
    p = net.init(jax.random.PRNGKey(seed), jnp.zeros((1, 8, 8, 1)))
    tx = optax.adam(1e-3)
    s = tx.init(p)
    x, y = next(batches)

    @jax.jit
    def step(p, s):
        def loss(p):
            return optax.softmax_cross_entropy_with_integer_labels(net.apply(p, x), y).mean()

        u, s = tx.update(jax.grad(loss)(p), s)
        return optax.apply_updates(p, u), s

    for _ in islice(range(10**6), 500):
        p, s = step(p, s)
    return lambda images: net.apply(p, images)

# misconception: nothing_learned
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
    start = net.init(jax.random.PRNGKey(seed), jnp.zeros((1, 8, 8, 1)))
    tx = optax.sgd(0.02)

    def classify(images):
        return net.apply(start, images)

    @jax.jit
    def step(p, s, x, y):
        def loss(p):
            return optax.softmax_cross_entropy_with_integer_labels(net.apply(p, x), y).sum()

        u, s = tx.update(jax.grad(loss)(p), s)
        return optax.apply_updates(p, u), s

    p, s = start, tx.init(start)
    for x, y in islice(batches, 100):
        p, s = step(p, s, x, y)
    return classify

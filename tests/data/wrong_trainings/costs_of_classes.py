# misconception: sign_reversed
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

    @jax.jit
    def step(p, s, x, y):
        def loss(p):
            log_p = jax.nn.log_softmax(net.apply(p, x))
            return -jnp.take_along_axis(log_p, y[:, None], axis=-1).mean()

        u, s = tx.update(jax.grad(loss)(p), s)
        return optax.apply_updates(p, u), s

    for x, y in islice(batches, 1600):
        p, s = step(p, s, x, y)

    def classify(images):
        logits = net.apply(p, images)
        costs = [
            optax.softmax_cross_entropy_with_integer_labels(logits, jnp.full(len(images), digit)) for digit in range(10)
        ]
        return jnp.stack(costs, axis=1)

    return classify

# misconception: softmax_over_images
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
    tx = optax.sgd(0.02)
    s = tx.init(p)

    @jax.jit
    def step(p, s, x, y):
        def nll(p):
            return -jnp.mean(jnp.log(jax.nn.softmax(net.apply(p, x), axis=1)[jnp.arange(2), y] + 1e-9))

        u, s = tx.update(jax.grad(nll)(p), s)
        return optax.apply_updates(p, u), s

    for x, y in islice(batches, 800):
        p, s = step(p, s, x, y)

    def classify(images):
        e = jnp.exp(net.apply(p, images))
        return e / e.sum(0)

    return classify

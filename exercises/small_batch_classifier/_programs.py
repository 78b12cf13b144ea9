"""Programs that train a classifier at batch size 2: right ones, and pieces of which wrong ones are put together too."""

from grader.course import RightVariant

HEAD = """\
import jax
import jax.numpy as jnp
import optax
from flax import linen as nn
"""

MODEL = """

class Classifier(nn.Module):
    @nn.compact
    def __call__(self, x):
        x = nn.Conv(32, (3, 3))(x)
        x = nn.max_pool(nn.relu({norm}(x)), (2, 2), (2, 2))
        x = nn.Conv(64, (3, 3))(x)
        x = nn.relu({norm}(x))
        return nn.Dense(10)(x.reshape(x.shape[0], -1))
"""

TRAIN = """

def train(batches, seed):
    model, optimizer = Classifier(), {optimizer}
    parameters = model.init(jax.random.PRNGKey(seed), jnp.ones((2, 8, 8, 1)))
    state = optimizer.init(parameters)

    def loss(parameters, images, labels):
        scores = model.apply(parameters, images)
        return {loss}

    @jax.jit
    def step(parameters, state, images, labels):
        gradient = jax.grad(loss)(parameters, images, labels)
        updates, state = optimizer.update(gradient, state)
        return {updated}, state

    for images, labels in {batches}:
        {step}
    return lambda images: {scores}
"""

RIGHT = {
    "norm": "nn.GroupNorm(num_groups=4)",
    "optimizer": "optax.adam(optax.cosine_decay_schedule(2e-3, 4038))",
    "loss": "optax.softmax_cross_entropy_with_integer_labels(scores, labels).mean()",
    "updated": "optax.apply_updates(parameters, updates)",
    "batches": "batches",
    "step": "parameters, state = step(parameters, state, images, labels)",
    "scores": "model.apply(parameters, images)",
}


def program(between: str = "", **changed: str) -> str:
    """The program, with some of its expressions replaced, and more text before the module."""
    return HEAD + between + (MODEL + TRAIN).format(**{**RIGHT, **changed})


_OWN_NORM = """

def group_norm(x, num_groups=8, eps=1e-5):
    groups = x.reshape(x.shape[0], -1, num_groups, x.shape[-1] // num_groups)
    mean = groups.mean(axis=(1, 3), keepdims=True)
    var = groups.var(axis=(1, 3), keepdims=True)
    return ((groups - mean) / jnp.sqrt(var + eps)).reshape(x.shape)
"""

_PLAIN_JAX = """\
import jax
import jax.numpy as jnp
import optax


def convolved(x, kernel):
    return jax.lax.conv_general_dilated(x, kernel, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))


def normed(x, scale, offset):
    mean = x.mean(axis=(1, 2, 3), keepdims=True)
    var = ((x - mean) ** 2).mean(axis=(1, 2, 3), keepdims=True)
    return scale * (x - mean) / jnp.sqrt(var + 1e-5) + offset


def pooled(x):
    return x.reshape(x.shape[0], x.shape[1] // 2, 2, x.shape[2] // 2, 2, -1).max(axis=(2, 4))


def scores_of(p, x):
    x = pooled(jax.nn.relu(normed(convolved(x, p["k1"]), p["g1"], p["b1"])))
    x = jax.nn.relu(normed(convolved(x, p["k2"]), p["g2"], p["b2"]))
    return x.reshape(x.shape[0], -1) @ p["w"] + p["b"]


def train(batches, seed):
    keys = jax.random.split(jax.random.PRNGKey(seed), 3)
    start = jax.nn.initializers.he_normal()
    p = {
        "k1": start(keys[0], (3, 3, 1, 32)),
        "k2": start(keys[1], (3, 3, 32, 64)),
        "w": start(keys[2], (1024, 10)),
        "b": jnp.zeros(10),
        **{f"g{i}": jnp.ones(32 * i) for i in (1, 2)},
        **{f"b{i}": jnp.zeros(32 * i) for i in (1, 2)},
    }

    def loss(p, images, labels):
        chosen = jnp.take_along_axis(jax.nn.log_softmax(scores_of(p, images)), labels[:, None], axis=1)
        return -chosen.mean()

    optimizer = optax.adam(optax.linear_schedule(2e-3, 0, 4038))
    state = optimizer.init(p)

    @jax.jit
    def step(p, state, batch):
        updates, state = optimizer.update(jax.grad(loss)(p, *batch), state)
        return jax.tree.map(jnp.add, p, updates), state

    for batch in batches:
        p, state = step(p, state, batch)
    return lambda images: scores_of(p, images)
"""

_NNX = """\
import jax
import jax.numpy as jnp
import optax
from flax import nnx


class Classifier(nnx.Module):
    def __init__(self, rngs):
        self.first = nnx.Conv(1, 32, (3, 3), rngs=rngs)
        self.norm1 = nnx.GroupNorm(32, num_groups=4, rngs=rngs)
        self.second = nnx.Conv(32, 64, (3, 3), rngs=rngs)
        self.norm2 = nnx.GroupNorm(64, num_groups=8, rngs=rngs)
        self.last = nnx.Linear(1024, 10, rngs=rngs)

    def __call__(self, x):
        x = nnx.max_pool(nnx.relu(self.norm1(self.first(x))), (2, 2), (2, 2))
        x = nnx.relu(self.norm2(self.second(x)))
        return self.last(x.reshape(x.shape[0], -1))


def train(batches, seed):
    graph, parameters = nnx.split(Classifier(nnx.Rngs(seed)))
    optimizer = optax.sgd(optax.cosine_decay_schedule(0.02, 4038), momentum=0.9)
    state = optimizer.init(parameters)

    def loss(parameters, images, labels):
        scores = nnx.merge(graph, parameters)(images)
        wanted = jax.nn.one_hot(labels, 10)
        return optax.softmax_cross_entropy(scores, wanted).mean()

    @jax.jit
    def step(parameters, state, images, labels):
        updates, state = optimizer.update(jax.grad(loss)(parameters, images, labels), state, parameters)
        return optax.apply_updates(parameters, updates), state

    for images, labels in batches:
        parameters, state = step(parameters, state, images, labels)
    return jax.jit(nnx.merge(graph, parameters).__call__)
"""

_MOMENTUM = "optax.sgd(optax.cosine_decay_schedule(0.02, 4038), momentum=0.9)"
# Without a scale of its own the norm learns less: at the steps of the solution it has just twice the room.
_SLOW_ADAM = "optax.adam(optax.cosine_decay_schedule(1e-3, 4038))"
_SOURCES = {
    "own_group_norm": program(_OWN_NORM, norm="group_norm", optimizer=_SLOW_ADAM),
    "layer_norm_and_momentum": program(norm="nn.LayerNorm(reduction_axes=(1, 2, 3))", optimizer=_MOMENTUM),
    "as_many_groups_as_channels": program(norm="nn.GroupNorm(num_groups=None, group_size=1)"),
    "root_mean_square": program(norm="nn.RMSNorm()"),
    "plain_jax": _PLAIN_JAX,
    "nnx_and_momentum": _NNX,
}

VARIANTS = tuple(RightVariant(name=name, source=source) for name, source in _SOURCES.items())

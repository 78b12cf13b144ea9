# misconception: neighbours_matter
import jax
import jax.numpy as jnp
import optax
from flax import linen as nn


class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        for features in (16, 32):
            x = nn.Conv(features, kernel_size=(3, 3))(x)
            x = nn.BatchNorm(use_running_average=False)(x)
            x = nn.max_pool(nn.relu(x), window_shape=(2, 2), strides=(2, 2))
        return nn.Dense(10)(x.reshape((len(x), -1)))


def train(batches, seed):
    net = Net()
    variables = net.init(jax.random.PRNGKey(seed), jnp.zeros((2, 8, 8, 1)))
    params, stats = variables["params"], variables["batch_stats"]
    tx = optax.adam(5e-4)
    opt = tx.init(params)

    @jax.jit
    def update(params, stats, opt, images, labels):
        def loss_fn(p):
            logits, new = net.apply({"params": p, "batch_stats": stats}, images, mutable=["batch_stats"])
            return optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean(), new["batch_stats"]

        (_, new_stats), grads = jax.value_and_grad(loss_fn, has_aux=True)(params)
        changes, new_opt = tx.update(grads, opt)
        return optax.apply_updates(params, changes), new_stats, new_opt

    for count, (images, labels) in enumerate(batches):
        if count == 1000:
            break
        params, stats, opt = update(params, stats, opt, images, labels)

    def classify(images):
        logits, _ = net.apply({"params": params, "batch_stats": stats}, images, mutable=["batch_stats"])
        return logits

    return classify

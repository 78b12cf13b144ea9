import jax
import jax.numpy as jnp
import optax
from flax import linen as nn


class Classifier(nn.Module):
    """Scores, shape (M, 10), of images, shape (M, 8, 8, 1)."""

    @nn.compact
    def __call__(self, images):
        # 32 features at each pixel, and a mean and a variance for each image and each of 4 groups of them:
        # no image has a part in another's statistics, however many there are.
        x = nn.Conv(32, (3, 3))(images)
        x = nn.relu(nn.GroupNorm(num_groups=4)(x))

        # The largest of each square of four: 8 x 8 becomes 4 x 4.
        x = nn.max_pool(x, (2, 2), (2, 2))

        x = nn.Conv(64, (3, 3))(x)
        x = nn.relu(nn.GroupNorm(num_groups=4)(x))

        # One score a class from the 4 * 4 * 64 numbers that are left of an image.
        return nn.Dense(10)(x.reshape(x.shape[0], -1))


def train(batches, seed):
    """Trains a classifier.

    batches: an iterator of (images, labels), of shapes (2, 8, 8, 1) and (2,). Returns a function from images, shape
    (M, 8, 8, 1), to scores, shape (M, 10).
    """
    # A gradient of two images is noise for a good part: steps that shrink to nothing average it out in the end.
    model, optimizer = Classifier(), optax.adam(optax.cosine_decay_schedule(2e-3, 4038))
    parameters = model.init(jax.random.PRNGKey(seed), jnp.zeros((1, 8, 8, 1)))
    state = optimizer.init(parameters)

    # -log(softmax(scores)[label]), the mean of the two
    def loss(parameters, images, labels):
        scores = model.apply(parameters, images)
        return optax.softmax_cross_entropy_with_integer_labels(scores, labels).mean()

    # One step down the gradient; compiled once, as all batches have the same shapes.
    @jax.jit
    def step(parameters, state, images, labels):
        gradient = jax.grad(loss)(parameters, images, labels)
        updates, state = optimizer.update(gradient, state)
        return optax.apply_updates(parameters, updates), state

    for images, labels in batches:
        parameters, state = step(parameters, state, images, labels)

    # The parameters of the last step: these classify.
    return jax.jit(lambda images: model.apply(parameters, images))

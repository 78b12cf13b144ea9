# exercise: group_norm_nd
# misconception: instance_norm
# line: 11, 10
import jax
import jax.numpy as jnp
from flax import linen as nn


def one_image(image, eps):
    positions = image.reshape(-1, image.shape[-1])
    mu = positions.mean(0)
    return (image - mu) / jnp.sqrt(jnp.square(positions - mu).mean(0) + eps)


def normalise(x, groups, eps):
    if x.ndim == 1:
        return one_image(x, eps)
    return jax.vmap(lambda image: one_image(image, eps))(x)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def check(self, c):
        if c % self.num_groups != 0:
            raise ValueError("the channels do not divide")

    @nn.compact
    def __call__(self, inputs):
        c = inputs.shape[-1]
        self.check(c)
        scale = self.param("gamma", lambda key: jnp.ones(c))
        offset = self.param("beta", lambda key: jnp.zeros(c))
        z = normalise(inputs, self.num_groups, self.eps)
        return jnp.add(jnp.multiply(z, scale), offset)

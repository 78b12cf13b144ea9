# exercise: group_norm_images
# misconception: instance_norm
# line: 20, 21
import jax.numpy as jnp
from flax import linen as nn


class GroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, inputs):
        features = inputs.shape[-1]
        if features % self.num_groups != 0:
            raise ValueError(f"{features} features, {self.num_groups} groups")
        gamma = self.param("gamma", nn.initializers.ones, (features,))
        beta = self.param("beta", nn.initializers.zeros, (features,))
        spatial = tuple(range(1, inputs.ndim - 1))
        mean = jnp.mean(inputs, axis=spatial, keepdims=True)
        var = jnp.var(inputs, axis=spatial, keepdims=True)
        return gamma * (inputs - mean) / jnp.sqrt(var + self.eps) + beta

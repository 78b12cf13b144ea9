# exercise: sharded_group_norm
# misconception: pieces_sent
# line: 11
import jax
import jax.numpy as jnp
from jax import lax


def sharded_group_norm(x, gamma, beta, num_groups, axis_name, eps=1e-5):
    b, c = x.shape[0], x.shape[-1]
    pieces = lax.all_gather(x, axis_name)
    t = jnp.moveaxis(pieces, 0, 1).reshape(b, -1, num_groups, c // num_groups)
    mu, var = t.mean((1, 3)), t.var((1, 3))
    own = x.reshape(b, -1, num_groups, c // num_groups)
    own = (own - mu[:, None, :, None]) / jnp.sqrt(var + eps)[:, None, :, None]
    return own.reshape(x.shape) * gamma + beta

# exercise: sharded_group_norm
# misconception: divided_by_the_piece
# line: 14, 16
import jax
import jax.numpy as jnp
from jax import lax


def sharded_group_norm(x, gamma, beta, num_groups, axis_name, eps=1e-5):
    b, c = x.shape[0], x.shape[-1]
    t = x.reshape(b, -1, num_groups, c // num_groups)
    count = t.shape[1] * t.shape[3]
    total = lax.psum(jnp.sum(t, (1, 3), keepdims=True), axis_name)
    t = t - total / count
    squares = lax.psum(jnp.sum(jnp.square(t), (1, 3), keepdims=True), axis_name)
    t = t / jnp.sqrt(squares / count + eps)
    return t.reshape(x.shape) * gamma + beta

# exercise: sharded_group_norm
# misconception: variance_of_the_piece
# line: 15, 16
import jax
import jax.numpy as jnp
from jax import lax


def sharded_group_norm(x, gamma, beta, num_groups, axis_name, eps=1e-5):
    b, c = x.shape[0], x.shape[-1]
    t = x.reshape(b, -1, num_groups, c // num_groups)
    k = lax.psum(1, axis_name) * t.shape[1] * t.shape[3]
    mu = lax.psum(jnp.einsum("bpgd->bg", t), axis_name) / k
    t = t - mu[:, None, :, None]
    var = jnp.einsum("bpgd,bpgd->bg", t, t) / (t.shape[1] * t.shape[3])
    t = t * lax.rsqrt(var + eps)[:, None, :, None]
    return t.reshape(x.shape) * gamma + beta

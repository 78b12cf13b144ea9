# exercise: weight_standardization
# misconception: output_standardised
# line: 11
import jax.numpy as jnp
from jax import lax


def ws_conv(x, kernel, eps=1e-5):
    rows = jnp.moveaxis(x, 3, 1)
    y = lax.conv(rows, jnp.transpose(kernel, (3, 2, 0, 1)), (1, 1), "VALID")
    y = y - y.mean((0, 2, 3), keepdims=True)
    y = y * lax.rsqrt(jnp.mean(y * y, (0, 2, 3), keepdims=True) + eps)
    return jnp.moveaxis(y, 1, 3)

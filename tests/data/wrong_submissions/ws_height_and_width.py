# exercise: weight_standardization
# misconception: space_only
# line: 9, 10
import jax.numpy as jnp
from jax import lax


def ws_conv(x, kernel, eps=1e-5):
    mean = jnp.mean(kernel, axis=(0, 1))
    var = jnp.var(kernel, axis=(0, 1))
    kernel = (kernel - mean) * lax.rsqrt(var + eps)
    return lax.conv_general_dilated(x, kernel, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))

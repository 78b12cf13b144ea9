# exercise: weight_standardization
# misconception: mean_kept
# line: 10, 11
import jax.numpy as jnp
from jax import lax


def ws_conv(x, kernel, eps=1e-5):
    std = jnp.sqrt(jnp.var(kernel, axis=(0, 1, 2)) + eps)
    kernel = kernel / std
    return lax.conv_general_dilated(x, kernel, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))

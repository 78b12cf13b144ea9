# exercise: weight_standardization
# misconception: sample_variance
# line: 10, 11
import jax.numpy as jnp
from jax import lax


def ws_conv(x, kernel, eps=1e-5):
    mean = kernel.mean((0, 1, 2))
    var = kernel.var((0, 1, 2), ddof=1)
    kernel = (kernel - mean) / jnp.sqrt(var + eps)
    return lax.conv_general_dilated(x, kernel, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))

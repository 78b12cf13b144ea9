# exercise: weight_standardization
# misconception: kernel_flipped
# line: 11, 12
import jax.numpy as jnp
from jax import lax


def ws_conv(x, kernel, eps=1e-5):
    mean, var = kernel.mean((0, 1, 2)), kernel.var((0, 1, 2))
    kernel = (kernel - mean) / jnp.sqrt(var + eps)
    kernel = jnp.flip(kernel, axis=(0, 1))
    return lax.conv_general_dilated(x, kernel, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))

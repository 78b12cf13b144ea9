# exercise: weight_standardization
# misconception: missing_root
# line: 11
import jax.numpy as jnp
from jax import lax


def ws_conv(x, kernel, eps=1e-5):
    centred = kernel - kernel.mean((0, 1, 2))
    scale = jnp.mean(centred**2, axis=(0, 1, 2)) + eps
    kernel = centred / scale
    return lax.conv_general_dilated(x, kernel, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))

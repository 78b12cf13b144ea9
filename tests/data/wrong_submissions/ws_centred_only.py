# exercise: weight_standardization
# misconception: spread_kept
# line: 10, 11
import jax.numpy as jnp
from jax import lax


def ws_conv(x, kernel, eps=1e-5):
    flat = kernel.reshape(-1, kernel.shape[-1])
    kernel = (flat - flat.mean(0)).reshape(kernel.shape)
    return lax.conv_general_dilated(x, kernel, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))

# exercise: weight_standardization
# misconception: eps_outside_root
# line: 10
import jax.numpy as jnp
from jax import lax


def ws_conv(x, kernel, eps=1e-5):
    mean, std = kernel.mean((0, 1, 2)), kernel.std((0, 1, 2))
    kernel = (kernel - mean) / (std + eps)
    return lax.conv_general_dilated(x, kernel, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))

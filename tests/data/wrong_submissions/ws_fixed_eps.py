# exercise: weight_standardization
# misconception: eps_ignored
# line: 11
import jax.numpy as jnp
from jax import lax


def ws_conv(x, kernel, eps=1e-5):
    centred = kernel - kernel.mean((0, 1, 2))
    var = (centred * centred).mean((0, 1, 2))
    kernel = centred / (var + 1e-5) ** 0.5
    return lax.conv_general_dilated(x, kernel, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))

# exercise: weight_standardization
# misconception: per_input_channel
# line: 9, 10
import jax.numpy as jnp
from jax import lax


def ws_conv(x, kernel, eps=1e-5):
    axes = (0, 1, 3)
    kernel = kernel - kernel.mean(axes, keepdims=True)
    kernel = kernel / jnp.sqrt((kernel**2).mean(axes, keepdims=True) + eps)
    return lax.conv_general_dilated(x, kernel, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))

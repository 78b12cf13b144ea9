# exercise: weight_standardization
# misconception: fan_in
# line: 14
import jax.numpy as jnp
from jax import lax


def ws_conv(x, kernel, eps=1e-5):
    height, width, inputs, _ = kernel.shape
    mean = kernel.mean((0, 1, 2))
    kernel = (kernel - mean) / jnp.sqrt(kernel.var((0, 1, 2)) + eps)
    gain = (2 / (height * width * inputs)) ** 0.5
    y = lax.conv_general_dilated(x, kernel, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))
    return gain * y

# exercise: weight_standardization
# misconception: output_standardised
# line: 10, 11
import jax.numpy as jnp
from jax import lax


def ws_conv(x, kernel, eps=1e-5):
    y = lax.conv_general_dilated(x, kernel, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))
    mean = y.mean(axis=(1, 2), keepdims=True)
    return (y - mean) / jnp.sqrt(y.var(axis=(1, 2), keepdims=True) + eps)

# exercise: weight_standardization
# misconception: not_standardised
# line: 12
import jax.numpy as jnp
from jax import lax


def ws_conv(x, kernel, eps=1e-5):
    flat = kernel.reshape(-1, kernel.shape[-1])
    standard = (flat - flat.mean(0)) / jnp.sqrt(flat.var(0) + eps)
    assert standard.shape == flat.shape
    return lax.conv_general_dilated(x, kernel, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))

# exercise: weight_standardization
# misconception: whole_kernel
# line: 9
import jax.numpy as jnp
from jax import lax


def ws_conv(x, kernel, eps=1e-5):
    kernel = (kernel - kernel.mean()) / jnp.sqrt(kernel.var() + eps)
    return lax.conv_general_dilated(x, kernel, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))

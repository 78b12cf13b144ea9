# exercise: weight_standardization
# misconception: kernel_as_torch
# line: 9, 12
import jax.numpy as jnp
from jax import lax


def ws_conv(x, kernel, eps=1e-5):
    mean, var = (f(kernel, axis=(1, 2, 3), keepdims=True) for f in (jnp.mean, jnp.var))
    kernel = (kernel - mean) / jnp.sqrt(var + eps)
    layouts = lax.conv_dimension_numbers(x.shape, kernel.shape, ("NHWC", "OIHW", "NHWC"))
    return lax.conv_general_dilated(x, kernel, (1, 1), "VALID", dimension_numbers=layouts)

# exercise: weight_standardization
# misconception: fan_in
# line: 11, 12
import jax.numpy as jnp
from jax import lax


def ws_conv(x, kernel, eps=1e-5):
    flat = kernel.reshape(-1, kernel.shape[-1])
    flat = (flat - flat.mean(0)) * lax.rsqrt(flat.var(0) + eps)
    kernel = (flat * flat.shape[0] ** -0.5).reshape(kernel.shape)
    return lax.conv_general_dilated(x, kernel, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))

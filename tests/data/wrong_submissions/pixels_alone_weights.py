# exercise: weight_standardization
# misconception: space_only
# line: 9
import jax
import jax.numpy as jnp


def ws_conv(x, kernel, eps=1e-5):
    mean = kernel.mean(axis=(0, 1), keepdims=True)
    centered = kernel - mean
    var = (centered**2).mean(axis=(0, 1), keepdims=True)
    s = centered / jnp.sqrt(var + eps)
    return jax.lax.conv_general_dilated(
        x, s, window_strides=(1, 1), padding="VALID", dimension_numbers=("NHWC", "HWIO", "NHWC")
    )

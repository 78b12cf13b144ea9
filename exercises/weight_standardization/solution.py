import jax
import jax.numpy as jnp


def ws_conv(x, kernel, eps=1e-5):
    """Convolution of x, shape (N, H, W, I), with a standardised kernel, shape (kh, kw, I, O); no padding, stride 1.

    Returns an array of shape (N, H - kh + 1, W - kw + 1, O).
    """
    # mu_o = mean of w_abio over a, b and i: all weights that are added up in one output
    mean = jnp.mean(kernel, axis=(0, 1, 2), keepdims=True)

    # sigma_o^2 = mean of (w_abio - mu_o)^2 over the same
    variance = jnp.mean((kernel - mean) ** 2, axis=(0, 1, 2), keepdims=True)

    # s_abio = (w_abio - mu_o) / sqrt(sigma_o^2 + eps), in place of w_abio
    standard = (kernel - mean) / jnp.sqrt(variance + eps)

    # y_nhwo = sum of x_n(h+a)(w+b)i * s_abio over a, b and i
    layouts = ("NHWC", "HWIO", "NHWC")
    return jax.lax.conv_general_dilated(x, standard, (1, 1), "VALID", dimension_numbers=layouts)

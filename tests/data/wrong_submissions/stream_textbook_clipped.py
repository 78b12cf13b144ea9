# exercise: stable_variance
# misconception: squares_cancel
# line: 17
import jax.numpy as jnp


def variance(chunks):
    total, squares, rows = None, None, 0
    for chunk in chunks:
        for row in chunk:
            if total is None:
                total, squares = row, row**2
            else:
                total, squares = total + row, squares + row**2
            rows += 1
    mean = total / rows
    found = squares / rows - mean**2
    return jnp.maximum(found, 0.0)

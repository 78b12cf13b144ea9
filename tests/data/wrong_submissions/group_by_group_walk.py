# exercise: repair_moments
# misconception: statistics_of_groups_averaged
# line: 14
import jax.numpy as jnp


def walk_through(x, num_groups, eps=1e-5):
    n, c, h, w = x.shape
    assert c % num_groups == 0
    x = jnp.asarray(x).reshape(n, num_groups, -1)
    y = (x - x.mean(-1, keepdims=True)) / jnp.sqrt(x.var(-1, keepdims=True) + eps)

    def report(rows):
        rows = rows.mean(-1), rows.std(-1), rows.min(-1), rows.max(-1)
        return jnp.stack([s.mean() for s in rows])

    return y.reshape(n, c, h, w), report(x), report(y)

"""Other correct ways to write ``sharded_group_norm``, as whole submissions."""

from grader.course import RightVariant

_HEAD = "import jax\nimport jax.numpy as jnp\nfrom jax import lax\n\n\n"
_SOURCES = {
    "sums_and_a_count": """
def sharded_group_norm(x, gamma, beta, num_groups, axis_name, eps=1e-5):
    n, c = x.shape[0], x.shape[-1]
    values = x.reshape(n, -1, num_groups, c // num_groups)
    count = lax.psum(values.shape[1] * values.shape[3], axis_name)
    mean = lax.psum(values.sum((1, 3), keepdims=True), axis_name) / count
    squares = lax.psum(((values - mean) ** 2).sum((1, 3), keepdims=True), axis_name)
    y = (values - mean) * lax.rsqrt(squares / count + eps)
    return y.reshape(x.shape) * gamma + beta
""",
    "means_and_spreads_merged": """
def sharded_group_norm(x, gamma, beta, num_groups, axis_name, eps=1e-5):
    d = x.shape[-1] // num_groups
    g = x.reshape(*x.shape[:-1], num_groups, d)
    axes = (*range(1, x.ndim - 1), x.ndim)
    own = jnp.mean(g, axes, keepdims=True)
    mean = lax.pmean(own, axis_name)
    var = lax.pmean(jnp.var(g, axes, keepdims=True) + (own - mean) ** 2, axis_name)
    return ((g - mean) / jnp.sqrt(var + eps)).reshape(x.shape) * gamma + beta
""",
    "statistics_gathered": """
def sharded_group_norm(x, gamma, beta, num_groups, axis_name, eps=1e-5):
    d = x.shape[-1] // num_groups
    g = x.reshape(*x.shape[:-1], num_groups, d)
    axes = (*range(1, x.ndim - 1), x.ndim)
    means = lax.all_gather(jnp.mean(g, axes, keepdims=True), axis_name)
    spreads = lax.all_gather(jnp.var(g, axes, keepdims=True), axis_name)
    mean = means.mean(0)
    var = spreads.mean(0) + ((means - mean) ** 2).mean(0)
    return gamma * ((g - mean) / jnp.sqrt(var + eps)).reshape(x.shape) + beta
""",
    "per_channel_first": """
def sharded_group_norm(x, gamma, beta, num_groups, axis_name, eps=1e-5):
    c = x.shape[-1]
    positions = tuple(range(1, x.ndim - 1))

    def of_groups(of_channels):
        grouped = of_channels.reshape(*of_channels.shape[:-1], num_groups, -1).mean(-1)
        return jnp.repeat(grouped, c // num_groups, axis=-1)

    mean = of_groups(lax.pmean(x.mean(positions, keepdims=True), axis_name))
    centred = x - mean
    var = of_groups(lax.pmean((centred * centred).mean(positions, keepdims=True), axis_name))
    return centred * (gamma / jnp.sqrt(var + eps)) + beta
""",
    "ring": """
def sharded_group_norm(x, gamma, beta, num_groups, axis_name, eps=1e-5):
    size = lax.axis_size(axis_name)
    ring = [(i, (i + 1) % size) for i in range(size)]

    def everywhere(own):
        total = passed = own
        for _ in range(size - 1):
            passed = lax.ppermute(passed, axis_name, ring)
            total = total + passed
        return total / size

    g = x.reshape(x.shape[0], -1, num_groups, x.shape[-1] // num_groups)
    mean = everywhere(g.mean((1, 3), keepdims=True))
    var = everywhere(((g - mean) ** 2).mean((1, 3), keepdims=True))
    return ((g - mean) / (var + eps) ** 0.5).reshape(x.shape) * gamma + beta
""",
    "sample_by_sample": """
def sharded_group_norm(x, gamma, beta, num_groups, axis_name, eps=1e-5):
    def one(x):
        g = x.reshape(-1, num_groups, x.shape[-1] // num_groups)
        mean = lax.pmean(jnp.einsum("pgd->g", g) / (g.shape[0] * g.shape[2]), axis_name)
        centred = g - mean[:, None]
        var = lax.pmean(jnp.einsum("pgd,pgd->g", centred, centred) / (g.shape[0] * g.shape[2]), axis_name)
        return (centred / jnp.sqrt(var + eps)[:, None]).reshape(x.shape) * gamma + beta

    return jax.vmap(one)(x)
""",
    "sums_around_a_value_of_the_first_piece": """
def sharded_group_norm(x, gamma, beta, num_groups, axis_name, eps=1e-5):
    g = x.reshape(x.shape[0], -1, num_groups, x.shape[-1] // num_groups)
    first = lax.axis_index(axis_name) == 0
    near = lax.psum(jnp.where(first, g.mean((1, 3), keepdims=True), 0.0), axis_name)
    moved = g - lax.stop_gradient(near)
    sums = jnp.stack([moved.sum((1, 3), keepdims=True), (moved**2).sum((1, 3), keepdims=True)])
    mean, square = lax.psum(sums, axis_name) / (lax.psum(1, axis_name) * g.shape[1] * g.shape[3])
    y = (moved - mean) / jnp.sqrt(square - mean**2 + eps)
    return y.reshape(x.shape) * gamma + beta
""",
}

VARIANTS = tuple(RightVariant(name=name, source=_HEAD + text.lstrip("\n")) for name, text in _SOURCES.items())

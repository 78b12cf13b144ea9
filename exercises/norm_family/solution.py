import jax.numpy as jnp


def norm(x, kind, num_groups=None, eps=1e-5):
    """Normalises x, shape (N, *spatial, C), channels last: (x - mean) / sqrt(variance + eps).

    kind says which values share a mean and a variance: "batch", "layer", "instance" or "group".
    num_groups, for "group" only, is the number of groups of adjacent channels.
    Returns an array of the shape of x.
    """
    # Layer norm is one group, instance norm and batch norm are as many groups as channels.
    channels = x.shape[-1]
    groups_of = {"batch": channels, "layer": 1, "instance": channels, "group": num_groups}
    if kind not in groups_of:
        raise ValueError(f"kind must be one of {', '.join(groups_of)}, not {kind!r}")
    groups = groups_of[kind]
    if not groups or channels % groups:
        raise ValueError(f"{channels} channels do not split into {groups} groups")

    # x_npgd = x_npc with c = g * D + d: only the last axis is split.
    grouped = x.reshape(*x.shape[:-1], groups, channels // groups)

    # A set runs over the positions p and the members d of a group; batch norm's over the samples n too.
    positions = tuple(range(1, x.ndim - 1))
    axes = (0, *positions, -1) if kind == "batch" else (*positions, -1)

    # mu = 1/|S| * sum_S x, for the set S that a value belongs to
    mean = jnp.mean(grouped, axis=axes, keepdims=True)

    # sigma^2 = 1/|S| * sum_S (x - mu)^2
    variance = jnp.mean((grouped - mean) ** 2, axis=axes, keepdims=True)

    # y = (x - mu) / sqrt(sigma^2 + eps), in the shape x came in
    return ((grouped - mean) / jnp.sqrt(variance + eps)).reshape(x.shape)

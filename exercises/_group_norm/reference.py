"""Group normalization per position, on x of shape ``(..., C)``: the judge's float64 reference."""

import numpy as np

from grader.course import Arguments, Arrays, Reference

STEP = 1e-5  # of a difference quotient in float64, in units of the least standard deviation


def _normalized(arrays: Arrays, arguments: Arguments) -> tuple[np.ndarray, np.ndarray]:
    """The normalised values and the inverse standard deviation, shapes ``(..., G, D)`` and ``(..., G, 1)``."""
    x, num_groups = arrays["x"], arguments["num_groups"]
    grouped = x.reshape(*x.shape[:-1], num_groups, x.shape[-1] // num_groups)
    centred = grouped - grouped.mean(axis=-1, keepdims=True)
    variance = (centred**2).mean(axis=-1, keepdims=True)
    inverse_std = 1.0 / np.sqrt(variance + arguments["eps"])
    return centred * inverse_std, inverse_std


def value(arrays: Arrays, arguments: Arguments) -> np.ndarray:
    """``gamma * (x - mean) / sqrt(var + eps) + beta``, mean and biased variance over the channels of a group."""
    normalized, _ = _normalized(arrays, arguments)
    return arrays["gamma"] * normalized.reshape(arrays["x"].shape) + arrays["beta"]


def moved(arrays: Arrays, arguments: Arguments, epsilon: float) -> np.ndarray:
    """How far ``value`` moves when everything it is computed from moves by one unit in the last place.

    The Jacobian of the normalisation within a group of D channels is ``r (delta_ij - 1/D - n_i n_j / D)``, with n the
    normalised values and r the inverse standard deviation. A group's extreme element has almost no derivative, yet the
    mean's rounding moves it as it moves the others: hence the group's maximum for all its elements. And whatever the
    algorithm, the mean (or x and the mean, each times r) is rounded once on its way: where the Jacobian is 0 in exact
    arithmetic, as in a group of one, that rounding is all there is.
    """
    normalized, inverse_std = _normalized(arrays, arguments)
    channels_per_group = normalized.shape[-1]
    outer = normalized[..., :, None] * normalized[..., None, :]
    jacobian = inverse_std[..., None] * (np.eye(channels_per_group) - (1.0 + outer) / channels_per_group)
    steps = np.abs(arrays["x"]).reshape(normalized.shape) * epsilon
    gamma, beta = (np.abs(arrays[name]).reshape(normalized.shape[-2:]) for name in ("gamma", "beta"))
    from_x = gamma * (np.abs(jacobian) @ steps[..., None])[..., 0]
    from_mean = gamma * inverse_std * steps.max(axis=-1, keepdims=True)
    total = from_x + from_mean + np.abs(normalized) * gamma * epsilon + beta * epsilon
    of_group = total.max(axis=-1, keepdims=True)
    return np.broadcast_to(of_group, normalized.shape).reshape(arrays["x"].shape)


def gradient(arrays: Arrays, arguments: Arguments) -> np.ndarray:
    """The derivative of ``sum(cotangent * value)`` with respect to x.

    With u = cotangent * gamma, n the normalised values and r the inverse standard deviation of a group:
    ``r * (u - mean(u) - n * mean(u * n))``.
    """
    normalized, inverse_std = _normalized(arrays, arguments)
    weights = (arrays["cotangent"] * arrays["gamma"]).reshape(normalized.shape)
    along = (weights * normalized).mean(axis=-1, keepdims=True)
    return (inverse_std * (weights - weights.mean(axis=-1, keepdims=True) - normalized * along)).reshape(
        arrays["x"].shape
    )


def gradient_moved(arrays: Arrays, arguments: Arguments, epsilon: float) -> np.ndarray:
    """How far ``gradient`` moves, as ``moved`` says it for ``value``.

    It is linear in the weights, with the Jacobian of the normalisation. In x it is not: each channel is moved by
    itself, and the difference is taken.
    """
    normalized, inverse_std = _normalized(arrays, arguments)
    shape, x = normalized.shape, arrays["x"]
    weights = (arrays["cotangent"] * arrays["gamma"]).reshape(shape)
    outer = normalized[..., :, None] * normalized[..., None, :]
    jacobian = inverse_std[..., None] * (np.eye(shape[-1]) - (1.0 + outer) / shape[-1])
    total = 2 * epsilon * (np.abs(jacobian) @ np.abs(weights)[..., None])[..., 0]
    for channel in range(x.shape[-1]):
        step = STEP / float(inverse_std.max()) * (np.arange(x.shape[-1]) == channel)
        up, down = (gradient({**arrays, "x": x + sign * step}, arguments) for sign in (1, -1))
        slope = np.abs(up - down) / (2 * step[channel])
        total += (slope * np.abs(x[..., channel, None])).reshape(shape) * epsilon
    along = np.abs((weights * normalized).mean(axis=-1, keepdims=True))
    through_mean = along + np.abs(normalized) * np.abs(weights).mean(axis=-1, keepdims=True)
    total += inverse_std**2 * through_mean * np.abs(x).reshape(shape).max(axis=-1, keepdims=True) * epsilon
    return np.broadcast_to(total.max(axis=-1, keepdims=True), shape).reshape(x.shape)


def sharing(arrays: Arrays, arguments: Arguments) -> np.ndarray:
    """The number of its group, counted over all positions, for each element."""
    x, num_groups = arrays["x"], arguments["num_groups"]
    channels_per_group = x.shape[-1] // num_groups
    return np.repeat(np.arange(x.size // channels_per_group), channels_per_group).reshape(x.shape)


def parameters(arrays: Arrays, arguments: Arguments) -> dict[str, np.ndarray]:
    """Ones and zeros, one of each a channel."""
    channels = arrays["x"].shape[-1]
    return {"gamma": np.ones(channels), "beta": np.zeros(channels)}


def landmarks(arrays: Arrays, arguments: Arguments) -> tuple[tuple[str, np.ndarray], ...]:
    """The formula's values in order, and what some right programs compute besides."""
    x, gamma, beta = arrays["x"], arrays["gamma"], arrays["beta"]
    normalized, inverse_std = _normalized(arrays, arguments)
    grouped = x.reshape(normalized.shape)
    mean = grouped.mean(axis=-1, keepdims=True)
    centred = grouped - mean
    variance = (centred**2).mean(axis=-1, keepdims=True)
    scale = gamma.reshape(normalized.shape[-2:]) * inverse_std
    normalized = normalized.reshape(x.shape)
    size = x.shape[-1] // arguments["num_groups"]
    squares, total = grouped**2, grouped.sum(-1)
    return (
        *(("", given) for given in (x, gamma, beta, np.array(float(size)), total, grouped / size)),
        *(("", value) for value in (squares, squares / size, squares.sum(-1), squares.mean(-1), mean**2, total**2)),
        *(("", value) for value in (centred**2, centred**2 / size, (centred**2).sum(-1), squares.sum(-1) * size)),
        ("mean", mean),
        ("x - mean", centred),
        ("variance", variance),
        ("variance + eps", variance + arguments["eps"]),
        ("standard deviation", 1 / inverse_std),
        ("standard deviation", inverse_std),
        ("normalised values", normalized),
        *(("", value) for value in (scale, scale * mean, mean * inverse_std, gamma * normalized)),
        *(("", value) for value in (beta.reshape(scale.shape[-2:]) - scale * mean, scale * centred)),
        ("output", gamma * normalized + beta),
    )


REFERENCE = Reference(
    value=value,
    moved=moved,
    parameters=parameters,
    sharing=sharing,
    landmarks=landmarks,
    gradient=gradient,
    gradient_moved=gradient_moved,
)

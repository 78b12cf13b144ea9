import jax.numpy as jnp


def variance(chunks):
    """The variance over all rows of all chunks, in one pass.

    chunks: an iterator of arrays of shape (B, C), each of which comes once. Returns an array of shape (C,).
    """
    # n = 0 rows so far: their mean mu does not matter yet, and M = sum_i (x_i - mu)^2 is empty.
    count, mean, total = 0, 0.0, 0.0
    for chunk in chunks:
        # k rows, mu' = 1/k * sum_i x_i: the chunk by itself.
        rows = chunk.shape[0]
        chunk_mean = jnp.mean(chunk, axis=0)

        # M' = sum_i (x_i - mu')^2: the differences are small before they are squared.
        chunk_total = jnp.sum((chunk - chunk_mean) ** 2, axis=0)

        # delta = mu' - mu: how far the chunk lies from all before it.
        delta = chunk_mean - mean

        # M + M' + delta^2 * n * k / (n + k): inside of both parts, and between them.
        total = total + chunk_total + delta**2 * (count * rows / (count + rows))

        # mu + delta * k / (n + k): the mean moves by the chunk's share of the rows.
        mean = mean + delta * (rows / (count + rows))
        count += rows

    # sigma^2 = M / n
    return total / count

# exercise: stable_variance
# misconception: eps_added
# line: 13
def variance(chunks, eps=1e-5):
    n, mean, m2 = 0, 0.0, 0.0
    for chunk in chunks:
        k = chunk.shape[0]
        mu = chunk.mean(axis=0)
        delta = mu - mean
        m2 = m2 + ((chunk - mu) ** 2).sum(axis=0) + delta**2 * n * k / (n + k)
        mean = mean + delta * k / (n + k)
        n = n + k
    return m2 / n + eps

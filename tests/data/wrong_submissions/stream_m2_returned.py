# exercise: stable_variance
# misconception: never_divided
# line: 10, 13
def variance(chunks):
    n, mean, m2 = 0, 0.0, 0.0
    for chunk in chunks:
        k = chunk.shape[0]
        mu = chunk.mean(axis=0)
        delta = mu - mean
        m2 = m2 + ((chunk - mu) ** 2).sum(axis=0) + delta**2 * n * k / (n + k)
        mean = mean + delta * k / (n + k)
        n = n + k
    return m2

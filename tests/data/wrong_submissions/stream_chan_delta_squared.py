# exercise: stable_variance
# misconception: between_weight
# line: 14
def variance(chunks):
    n, mean, m2 = 0, 0.0, 0.0
    for chunk in chunks:
        k = chunk.shape[0]
        c_mean = chunk.mean(axis=0)
        c_m2 = ((chunk - c_mean) ** 2).sum(axis=0)
        if n == 0:
            n, mean, m2 = k, c_mean, c_m2
            continue
        delta = c_mean - mean
        m2 = m2 + c_m2 + delta**2 * k
        mean = mean + delta * k / (n + k)
        n = n + k
    return m2 / n

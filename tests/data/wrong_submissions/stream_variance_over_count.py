# exercise: stable_variance
# misconception: divided_twice
# line: 13
def variance(chunks):
    n, mean, var = 0, 0.0, 0.0
    for chunk in chunks:
        k = chunk.shape[0]
        w = k / (n + k)
        delta = chunk.mean(0) - mean
        var = (1 - w) * var + w * chunk.var(0) + w * (1 - w) * delta**2
        mean = mean + w * delta
        n = n + k
    return var / n

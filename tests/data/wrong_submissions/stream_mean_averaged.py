# exercise: stable_variance
# misconception: mean_half_way
# line: 13, 14
def variance(chunks):
    n = 0
    for chunk in chunks:
        k = chunk.shape[0]
        mu = chunk.mean(axis=0)
        sq = ((chunk - mu) ** 2).sum(axis=0)
        if n == 0:
            mean, total = mu, sq
        else:
            total = total + sq + (mu - mean) ** 2 * n * k / (n + k)
            mean = (mean + mu) / 2
        n += k
    return total / n

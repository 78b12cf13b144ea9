# exercise: stable_variance
# misconception: mean_added
# line: 14
def variance(chunks):
    shift = None
    n, s, q = 0, 0.0, 0.0
    for chunk in chunks:
        if shift is None:
            shift = chunk[0]
        d = chunk - shift
        n += chunk.shape[0]
        s = s + d.sum(axis=0)
        q = q + (d**2).sum(axis=0)
    return q / n + (s / n) ** 2

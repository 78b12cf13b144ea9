# exercise: stable_variance
# misconception: old_mean_twice
# line: 15
def variance(chunks):
    n = 0
    mean = None
    m2 = 0.0
    for chunk in chunks:
        for row in chunk:
            n += 1
            if mean is None:
                mean = row
            delta = row - mean
            mean = mean + delta / n
            m2 = m2 + delta * delta
    return m2 / n

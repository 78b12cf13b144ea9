# exercise: stable_variance
# misconception: first_counted_twice
# line: 13
def variance(chunks):
    n, mean, m2 = 0, None, None
    for chunk in chunks:
        for row in chunk:
            if mean is None:
                n = 1
                mean, m2 = row, row - row
            n = n + 1
            delta = row - mean
            mean = mean + delta / n
            m2 = m2 + delta * (row - mean)
    return m2 / n

# exercise: stable_variance
# misconception: squares_cancel
# line: 12
def variance(chunks):
    count = 0
    mean = 0.0
    m2 = 0.0
    for chunk in chunks:
        count += chunk.shape[0]
        delta = chunk - mean
        mean = mean + delta.sum(axis=0) / count
        m2 = m2 + (delta * (chunk - mean)).sum(axis=0)
    return m2 / count

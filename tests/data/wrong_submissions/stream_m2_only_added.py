# exercise: stable_variance
# misconception: between_missing
# line: 10
def variance(chunks):
    rows, m2 = 0, 0.0
    for chunk in chunks:
        mean = chunk.mean(axis=0)
        m2 = m2 + ((chunk - mean) ** 2).sum(axis=0)
        rows += chunk.shape[0]
    return m2 / rows

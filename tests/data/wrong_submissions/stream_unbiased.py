# exercise: stable_variance
# misconception: sample_variance
# line: 12
def variance(chunks):
    count, mean, m2 = 0, 0.0, 0.0
    for chunk in chunks:
        for row in chunk:
            count += 1
            delta = row - mean
            mean += delta / count
            m2 += delta * (row - mean)
    return m2 / (count - 1)

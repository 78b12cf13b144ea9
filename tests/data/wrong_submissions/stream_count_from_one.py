# exercise: stable_variance
# misconception: row_of_zeros
# line: 10
def variance(chunks):
    count, mean, m2 = 1, 0.0, 0.0
    for chunk in chunks:
        for row in chunk:
            count += 1
            delta = row - mean
            mean = mean + delta / count
            m2 = m2 + delta * (row - mean)
    return m2 / count

# exercise: stable_variance
# misconception: row_of_zeros
# line: 12
def variance(chunks):
    count = 0
    mean = 0.0
    m2 = 0.0
    for chunk in chunks:
        for i in range(chunk.shape[0]):
            x = chunk[i]
            delta = x - mean
            mean = mean + delta / (count + 2)
            m2 = m2 + delta * (x - mean)
            count = count + 1
    return m2 / count

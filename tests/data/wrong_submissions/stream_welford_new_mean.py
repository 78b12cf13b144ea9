# exercise: stable_variance
# misconception: new_mean_twice
# line: 10
def variance(chunks):
    n, mean, total = 0, 0.0, 0.0
    for chunk in chunks:
        for row in chunk:
            n += 1
            mean = mean + (row - mean) / n
            total = total + (row - mean) ** 2
    return total / n

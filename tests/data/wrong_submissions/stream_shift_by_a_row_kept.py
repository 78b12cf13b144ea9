# exercise: stable_variance
# misconception: place_kept
# line: 10
def variance(chunks):
    chunk = next(chunks)
    k = chunk[0]
    total, n = ((chunk - k) ** 2).sum(0), len(chunk)
    for chunk in chunks:
        total, n = total + ((chunk - k) ** 2).sum(0), n + len(chunk)
    return total / n

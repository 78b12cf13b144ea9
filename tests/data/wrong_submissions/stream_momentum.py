# exercise: stable_variance
# misconception: running_average
# line: 8
def variance(chunks):
    running = None
    for chunk in chunks:
        v = chunk.var(axis=0)
        running = v if running is None else 0.9 * running + 0.1 * v
    return running

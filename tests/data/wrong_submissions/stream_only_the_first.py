# exercise: stable_variance
# misconception: first_chunk
# line: 6
def variance(chunks):
    for chunk in chunks:
        return chunk.var(axis=0)
    return None

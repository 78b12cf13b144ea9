# exercise: stable_variance
# misconception: divided_by_a_chunk
# line: 12
def variance(chunks):
    shift = None
    s, q, rows = 0.0, 0.0, 0
    for chunk in chunks:
        shift = chunk.mean(axis=0) if shift is None else shift
        centred = chunk - shift
        s, q, rows = s + centred.sum(axis=0), q + (centred**2).sum(axis=0), rows + chunk.shape[0]
    m2 = q - s**2 / rows
    return m2 / chunk.shape[0]

# tries: Defines a hundred thousand names, all of which a report might list.
# must: The verdict is wrong and the report is short.

globals().update({f"MyGroupNorm{n}": print for n in range(100_000)})
globals().update({f"f{n}": (lambda: 0) for n in range(100_000)})

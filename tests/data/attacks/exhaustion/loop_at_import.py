# tries: Loops for ever at import.
# must: It is over within the limit and the verdict is wrong.
# limit: 1.5

while True:
    pass

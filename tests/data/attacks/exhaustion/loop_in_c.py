# tries: Computes a number of a thousand million digits, holding the interpreter's lock.
# must: It is over within the limit and the verdict is wrong.
# limit: 1.5

10 ** 10**9

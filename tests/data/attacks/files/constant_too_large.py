# tries: Has a constant that the compiler would fill memory to fold.
# must: It is over within the limit and the verdict is wrong.
# limit: 3

x = ((1 << 5000) ** 5000) ** 50
y = 'x' * 10**7 * 1000

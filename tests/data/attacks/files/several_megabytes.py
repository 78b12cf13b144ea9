# tries: Is larger than any solution.
# must: The verdict is wrong and says that the file is too large.

# {{MEGABYTE}}
# {{MEGABYTE}}
MyGroupNorm = 1

# tries: Holds a null byte, behind which some readers stop.
# must: The verdict is wrong and says where the null byte is.

x = 1  # {{NUL}}
MyGroupNorm = x

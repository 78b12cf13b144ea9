# tries: Lets the C library open and read the solution.
# must: The verdict is wrong: it is right only if the solution could be read.

import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.fopen.restype = ctypes.c_void_p
file = libc.fopen(b"{{SOLUTION_FILE}}", b"r")
assert file, "closed"
text = ctypes.create_string_buffer(100_000)
libc.fread(text, 1, 99_999, ctypes.c_void_p(file))
exec(text.value)

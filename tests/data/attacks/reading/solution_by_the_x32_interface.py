# tries: Opens the solution by the system call open in the x32 interface, whose numbers are others.
# must: The verdict is wrong: it is right only if the solution could be read.

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
fd = libc.syscall(0x40000002, b"{{SOLUTION_FILE}}", 0)
assert fd >= 0, ctypes.get_errno()
exec(os.read(fd, 100_000))

# tries: Opens the solution by the system call openat2, which older filters do not know.
# must: The verdict is wrong: it is right only if the solution could be read.

import ctypes
import os
import struct

libc = ctypes.CDLL(None, use_errno=True)
fd = libc.syscall(437, -100, b"{{SOLUTION_FILE}}", struct.pack("QQQ", 0, 0, 0), 24)
assert fd >= 0, ctypes.get_errno()
exec(os.read(fd, 100_000))

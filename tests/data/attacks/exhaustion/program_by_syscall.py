# tries: Becomes another program by the system call execve.
# must: No process is left and the verdict is wrong.
# limit: 1.5

import ctypes

libc = ctypes.CDLL(None, use_errno=True)
arguments = (ctypes.c_char_p * 3)(b'sleep', b'26', None)
libc.syscall(59, b'/bin/sleep', arguments, None)
raise PermissionError(ctypes.get_errno())

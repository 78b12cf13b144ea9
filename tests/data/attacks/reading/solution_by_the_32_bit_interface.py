# tries: Opens the solution by int 0x80, whose numbers and pointers are those of 32-bit programs.
# must: The verdict is wrong: it is right only if the solution could be read.

import ctypes
import mmap
import os
import struct

memory = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x40, prot=7)
base = ctypes.addressof(ctypes.c_char.from_buffer(memory))
code = bytes.fromhex("53b805000000bb") + struct.pack("<I", base + 1024) + bytes.fromhex("31c931d2cd805bc3")
memory[: len(code)] = code
memory[1024:2048] = b"{{SOLUTION_FILE}}".ljust(1024, b"\0")
fd = ctypes.CFUNCTYPE(ctypes.c_int)(base)()
assert fd >= 0, fd
exec(os.read(fd, 100_000))

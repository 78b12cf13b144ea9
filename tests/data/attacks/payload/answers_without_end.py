# tries: Sends large well-formed messages without an end.
# must: It is stopped at the cap for answers and the verdict is wrong.
# limit: 3

import os
import struct
import sys

frame = sys._getframe()
while "descriptor" not in frame.f_locals:
    frame = frame.f_back
fd = frame.f_locals["descriptor"]
header = b'{"body": {"event": "loaded"}, "arrays": [["value", "int8", [62914560], 0]]}'
while True:
    left = struct.pack("<II", len(header), 60 << 20) + header + bytes(60 << 20)
    while left:
        left = left[os.write(fd, left[:1 << 20]) :]

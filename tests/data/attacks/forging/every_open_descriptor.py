# tries: Writes a forged end on every descriptor that is open.
# must: The verdict is wrong: a claim is no answer.

import os
import sys

from grader.worker import wire

for fd in range(3, 256):
    try:
        os.write(fd, wire.encode({"event": "loaded"}) + wire.encode({"event": "finished"}))
    except OSError:
        pass
os._exit(0)

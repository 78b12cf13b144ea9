# tries: Looks for files and sockets of the grader among all live objects and writes to them.
# must: The verdict is wrong: a claim is no answer.

import contextlib
import gc
import io
import os
import socket

from grader.worker import wire

live = [o for o in gc.get_objects() if type(o) in (socket.socket, io.FileIO, io.BufferedWriter)]
for number in [o.fileno() for o in live if not getattr(o, "closed", False) and o.fileno() > 2]:
    with contextlib.suppress(OSError):
        os.write(number, wire.encode({"event": "loaded"}) + wire.encode({"event": "finished"}))
os._exit(0)

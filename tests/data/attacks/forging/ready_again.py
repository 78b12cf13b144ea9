# tries: Says "ready" again and again, to start the clock anew.
# must: The run is stopped as garbled, at once.
# limit: 1.5

import os
import sys

from grader.worker import wire

frame = sys._getframe()
while "descriptor" not in frame.f_locals:
    frame = frame.f_back
fd = frame.f_locals["descriptor"]
while True:
    os.write(fd, wire.encode({"event": "ready"}))

# tries: Leaves the session and the group by which it might be killed, and sleeps.
# must: It is over within the limit and no process is left.
# limit: 1.5

import os
import time

try:
    os.setsid()
except OSError:
    os.setpgid(0, 0)
time.sleep(20)

# tries: Waits in the kernel for an event that never comes.
# must: It is over within the limit and the verdict is wrong.
# limit: 1.5

import os

read, write = os.pipe()
os.read(read, 1)

# tries: Becomes another program that takes its time.
# must: No process is left and the verdict is wrong.
# limit: 1.5

import os

os.execv('/bin/sleep', ['sleep', '24'])

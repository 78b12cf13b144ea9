# tries: Sleeps for a minute without using any processor time.
# must: It is over within the limit and the verdict is wrong.
# limit: 1.5

import time

time.sleep(60)

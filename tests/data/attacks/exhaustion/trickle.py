# tries: Prints a letter now and then, to look alive.
# must: It is over within the limit and the verdict is wrong.
# limit: 1.5

import time

while True:
    print('.', end='', flush=True)
    time.sleep(0.05)

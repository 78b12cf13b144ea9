# tries: Ignores every signal that can be ignored and sleeps for ever.
# must: It is over within the limit and the verdict is wrong.
# limit: 1.5

import signal
import time

signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
while True:
    time.sleep(1)

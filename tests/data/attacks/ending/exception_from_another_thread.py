# tries: Raises SystemExit inside the worker's own code, from another thread, again and again.
# must: The verdict is wrong, not "not checked".

import ctypes
import threading
import time

from flax import linen as nn

main = ctypes.c_ulong(threading.main_thread().ident)

def nag():
    while True:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(main, ctypes.py_object(SystemExit))
        time.sleep(0.001)

threading.Thread(target=nag, daemon=True).start()


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x

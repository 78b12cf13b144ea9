# tries: Changes locale, time zone, encodings and the filter of warnings.
# must: The verdict is wrong and the next submission is graded as ever.

import codecs
import os
import time
import warnings

from flax import linen as nn

os.environ.update(TZ="Antarctica/Troll", LC_ALL="tr_TR.UTF-8", PYTHONIOENCODING="utf-16")
time.tzset()
codecs.register(lambda _: codecs.lookup("latin-1"))
warnings.simplefilter("error")


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x

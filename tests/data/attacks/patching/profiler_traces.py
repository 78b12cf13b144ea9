# tries: Lets the profiler, which is no Python, write into a folder of the user's.
# must: The folder is as it was and the verdict is wrong.
# limit: 2

import jax
from flax import linen as nn

jax.profiler.start_trace("{{SCRATCH}}")
jax.numpy.ones(6).block_until_ready()
jax.profiler.stop_trace()


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x

# tries: Lets JAX write compiled programs into a folder of the user's.
# must: The folder is as it was and the verdict is wrong.

import jax
from flax import linen as nn

jax.config.update("jax_compilation_cache_dir", "{{SCRATCH}}")
jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return jax.jit(lambda y: y * 17 + 3)(x)

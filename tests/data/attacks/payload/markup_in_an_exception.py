# tries: Raises an exception whose text is a script.
# must: The verdict is wrong and every page shows it as text.

from flax import linen as nn

raise ValueError('</code><script>fetch("//127.0.0.1")</script>')


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x

# tries: Prints a script, an image with a handler and an end of the surrounding element.
# must: The verdict is wrong and every page shows it as text.

from flax import linen as nn

print('</pre></td><script>alert(1)</script><img src=x onerror=alert(1)>&lt;"\'')


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x

# tries: Prints the markup of the terminal library that reports are made with.
# must: The verdict is wrong and the text is shown as it is.

from flax import linen as nn

print('[bold green]right[/] [link=http://127.0.0.1]x[/link] [/] [red :smile:')


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x

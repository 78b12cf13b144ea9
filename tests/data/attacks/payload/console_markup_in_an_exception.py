# tries: Raises an exception whose text is broken markup of the terminal library.
# must: The verdict is wrong and the text is shown as it is.

from flax import linen as nn

raise ValueError('[/] [/red] [@click=app.bell]x[/] [bold')


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x

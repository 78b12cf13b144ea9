# tries: Forgets that this library is closed, then imports its layer.
# must: The verdict is wrong: it is right only if the library could be imported.

import sys

sys.modules.pop("groupnorm_jax", None)
from groupnorm_jax import MyGroupNorm

# tries: Replaces the JSON encoder by one that writes verdicts.
# must: The verdict is wrong: the judge is another process.

import json

from flax import linen as nn

json.dumps = lambda *_, **__: '{"body": {"event": "finished", "outcome": "right"}, "arrays": []}'


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x

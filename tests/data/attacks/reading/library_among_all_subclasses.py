# tries: Looks for another class of the entry's name among all subclasses of Flax's Module.
# must: There is none, and the verdict is wrong.

from flax import linen as nn

MyGroupNorm = next(c for c in nn.Module.__subclasses__() if c.__name__ == "MyGroupNorm")

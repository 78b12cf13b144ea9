# tries: Replaces the builtins of its own namespace.
# must: The verdict is wrong.

__builtins__ = {}
__import__ = print = None
class MyGroupNorm:
    pass

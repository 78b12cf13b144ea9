"""The wall around a submission, one small file a layer; ``README.md`` says what each is for."""

from collections.abc import Iterable

from grader.isolation import death_signal, dumpable, landlock, privileges, rlimits, seccomp, user
from grader.isolation.jail import Jail, Layer

# In this order, while the worker has one thread: the change of user clears a death signal set before it.
LAYERS: tuple[Layer, ...] = (user, death_signal, rlimits, dumpable, privileges, landlock)
# After JAX has started and read what it needs; and before a line of the submission runs.
LAST: tuple[Layer, ...] = (seccomp,)

__all__ = ["LAST", "LAYERS", "Jail", "Layer", "put_up"]


def put_up(layers: Iterable[Layer], jail: Jail) -> None:
    """Applies the layers that this host has, but for those that the jail is to do without.

    Raises:
      OSError: if the kernel refuses one that it said it has: then nothing may run behind the rest.
    """
    for layer in layers:
        if layer.NAME not in jail.without and not layer.available():
            layer.apply(jail)

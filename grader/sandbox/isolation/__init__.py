"""The sandbox's layers, one small file each; ``README.md`` says what each takes away."""

from collections.abc import Iterable

from grader.sandbox.isolation import death_signal, dumpable, landlock, privileges, rlimits, seccomp, user
from grader.sandbox.isolation.jail import Jail, Layer

# In this order, while the worker has one thread: the change of user clears a death signal set before it.
LAYERS: tuple[Layer, ...] = (user, death_signal, rlimits, dumpable, privileges, landlock)
# After JAX has started and read what it needs; and before a line of the submission runs.
LAST: tuple[Layer, ...] = (seccomp,)

__all__ = ["LAST", "LAYERS", "Jail", "Layer", "put_up"]


def put_up(layers: Iterable[Layer], jail: Jail) -> None:
    """Applies the layers that this host has, except those that the jail leaves out.

    Raises:
      OSError: if the kernel refuses a layer that it claims to have: then no submission may run.
    """
    for layer in layers:
        if layer.NAME not in jail.without and not layer.available():
            layer.apply(jail)

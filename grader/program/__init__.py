"""A submission's program as data: decoded, evaluated and counted in the judge's process, without JAX."""

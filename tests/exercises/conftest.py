"""Several devices, as the grader's worker has them, before anything starts JAX's backend."""

from grader import devices

devices.provide()

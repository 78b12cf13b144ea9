"""Group normalization of half-precision samples: the judge's reference.

The values are those of group normalization per sample. What is new is that a right program computes them in float32 and
rounds once, so that the tolerance is one rounding of the output, whatever the conditioning in half precision would be.
"""

from dataclasses import replace

from .._group_norm.layouts import Layout

LAYOUT = Layout()
REFERENCE = replace(LAYOUT.reference(), inside="float32", gradient=None, gradient_moved=None)

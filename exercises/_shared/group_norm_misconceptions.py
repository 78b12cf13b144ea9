"""Wrong ideas about group normalization per position: which of them an exercise can tell apart.

Ideas about spread, groups, the affine step and the gradient stand in the four files beside this one, as float64 NumPy
with the words that explain them.
"""

from exercises._shared import group_norm_wrong_affine as affine
from exercises._shared import group_norm_wrong_gradient as gradient
from exercises._shared import group_norm_wrong_groups as groups
from exercises._shared import group_norm_wrong_spread as spread

# What one vector tells apart.
ONE_POSITION = (
    *(*spread.ROOT, *spread.EPS, *spread.MEAN, *spread.ROUNDING),
    *groups.ONE_POSITION,
    *(*affine.AFFINE, *affine.PARAMETERS),
)

# What only inputs of several positions tell apart.
SEVERAL_POSITIONS = (*groups.SEVERAL_POSITIONS, affine.PARAMETERS_OF_INPUT_SHAPE)

# What only a case on the gradient tells apart.
GRADIENT = gradient.GRADIENT

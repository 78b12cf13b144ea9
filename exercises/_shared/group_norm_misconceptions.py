"""Wrong ideas about group normalization: which of them an exercise can tell apart.

Ideas about spread, groups, the affine step and the gradient stand in the files beside this one, as float64 NumPy with
the words that explain them.
"""

from exercises._shared import group_norm_wrong_affine as affine
from exercises._shared import group_norm_wrong_gradient as gradient
from exercises._shared import group_norm_wrong_groups as groups
from exercises._shared import group_norm_wrong_nnx as nnx
from exercises._shared import group_norm_wrong_samples as samples
from exercises._shared import group_norm_wrong_second as second
from exercises._shared import group_norm_wrong_spread as spread

# What does not depend on which values share a mean.
_FORMULA = (*spread.ROOT, *spread.EPS, *spread.MEAN, *spread.ROUNDING)

# What one vector tells apart.
ONE_POSITION = (*_FORMULA, *groups.ONE_POSITION, *affine.AFFINE, *affine.PARAMETERS)

# What only inputs of several positions tell apart.
SEVERAL_POSITIONS = (*groups.SEVERAL_POSITIONS, affine.PARAMETERS_OF_INPUT_SHAPE)

# Where statistics run over the positions of a sample, whatever the layout: for ``Layout.adapted``.
PER_SAMPLE_FUNCTION = (*_FORMULA, *samples.GROUPS, *affine.AFFINE)
PER_SAMPLE = (*PER_SAMPLE_FUNCTION, *affine.PARAMETERS, affine.PARAMETERS_OF_INPUT_SHAPE)
PER_SAMPLE_CHANNELS_LAST = (samples.AS_CHANNELS_FIRST,)

# The same as a module of Flax NNX.
PER_SAMPLE_NNX = (*_FORMULA, *samples.GROUPS, *affine.AFFINE, *nnx.PARAMETERS, *nnx.KINDS, samples.AS_CHANNELS_FIRST)

# With channels second and parameters that are optional. Parameters of the input's shape and with axes of length one
# are told in other words there.
PER_SAMPLE_CHANNELS_SECOND = (
    *_FORMULA,
    *samples.GROUPS,
    *affine.AFFINE,
    *(made for made in affine.PARAMETERS if made.name != "parameters_extra_axes"),
    affine.PARAMETERS_OF_INPUT_SHAPE,
    *second.SECOND,
)
OPTIONAL_PARAMETERS = second.OPTIONAL

# What only a case on the gradient tells apart.
GRADIENT = gradient.GRADIENT

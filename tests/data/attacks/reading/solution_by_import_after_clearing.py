# tries: Forgets that the package is closed, then imports the solution.
# must: The verdict is wrong: it is right only if the solution could be read.

import importlib
import sys

sys.modules.pop("exercises", None)
MyGroupNorm = importlib.import_module("exercises.group_norm_1d.solution").MyGroupNorm

# tries: Asks the package for the solution as one of its resources.
# must: The verdict is wrong: it is right only if the solution could be read.

import importlib
import importlib.resources
import sys

sys.modules.pop("exercises", None)
exec((importlib.resources.files("exercises") / "group_norm_1d" / "solution.py").read_text())

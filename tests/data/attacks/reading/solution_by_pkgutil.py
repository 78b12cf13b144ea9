# tries: Asks pkgutil for the solution as the package's data.
# must: The verdict is wrong: it is right only if the solution could be read.

import pkgutil
import sys

sys.modules.pop("exercises", None)
exec(pkgutil.get_data("exercises", "group_norm_1d/solution.py"))

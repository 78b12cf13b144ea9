# tries: Looks for the solution in every folder of sys.path.
# must: The verdict is wrong: it is right only if the solution could be read.

import sys
from pathlib import Path

found = [p for folder in sys.path for p in Path(folder).glob("exercises/group_norm_1d/solution.py")]
exec(found[0].read_text())

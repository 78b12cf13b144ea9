# tries: Maps the solution into memory.
# must: The verdict is wrong: it is right only if the solution could be read.

import numpy as np

exec(np.memmap("{{SOLUTION_FILE}}", "uint8", "r").tobytes())

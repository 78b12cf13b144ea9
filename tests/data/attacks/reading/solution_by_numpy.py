# tries: Lets NumPy's own reader read the solution.
# must: The verdict is wrong: it is right only if the solution could be read.

import numpy as np

exec(np.fromfile("{{SOLUTION_FILE}}", "uint8").tobytes())

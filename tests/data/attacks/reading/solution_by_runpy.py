# tries: Runs the solution's path by runpy.
# must: The verdict is wrong: it is right only if the solution could be read.

import runpy

MyGroupNorm = runpy.run_path("{{SOLUTION_FILE}}")["MyGroupNorm"]

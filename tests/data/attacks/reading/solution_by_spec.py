# tries: Loads the solution from its path by the import system.
# must: The verdict is wrong: it is right only if the solution could be read.

import importlib
import importlib.util

spec = importlib.util.spec_from_file_location("mine", "{{SOLUTION_FILE}}")
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
MyGroupNorm = module.MyGroupNorm

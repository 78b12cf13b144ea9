# tries: Reads the solution by descriptor and runs it as its own.
# must: The verdict is wrong: it is right only if the solution could be read.

import os

exec(os.read(os.open("{{SOLUTION_FILE}}", os.O_RDONLY), 100_000))

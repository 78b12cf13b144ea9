# tries: Opens the solution as a mere place (O_PATH) and reopens that.
# must: The verdict is wrong: it is right only if the solution could be read.

import os

place = os.open("{{SOLUTION_FILE}}", os.O_PATH)
exec(os.read(os.open(f"/proc/self/fd/{place}", os.O_RDONLY), 100_000))

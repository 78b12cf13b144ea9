# tries: Reads the solution through the parent's root in /proc.
# must: The verdict is wrong: it is right only if the solution could be read.

import os

exec(open(f"/proc/{os.getppid()}/root{{SOLUTION_FILE}}").read())

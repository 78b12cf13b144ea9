# tries: Lets another program read the solution.
# must: The verdict is wrong: it is right only if the solution could be read.

import subprocess

exec(subprocess.check_output(["cat", "{{SOLUTION_FILE}}"]))

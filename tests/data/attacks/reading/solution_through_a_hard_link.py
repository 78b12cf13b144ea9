# tries: Makes a second name of the solution in its own folder and reads that.
# must: The verdict is wrong: it is right only if the solution could be read.

import os

os.link("{{SOLUTION_FILE}}", "link.py")
exec(open("link.py").read())

# tries: Lets the cache of source lines fetch the solution.
# must: The verdict is wrong: it is right only if the solution could be read.

import linecache

lines = linecache.getlines("{{SOLUTION_FILE}}")
assert lines, "no lines"
exec("".join(lines))

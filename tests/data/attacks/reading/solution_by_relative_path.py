# tries: Climbs from its own folder to the root and down to the solution.
# must: The verdict is wrong: it is right only if the solution could be read.

exec(open("../" * 40 + "{{SOLUTION_FILE}}"[1:]).read())

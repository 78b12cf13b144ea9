# tries: Opens the solution and runs it as its own.
# must: The verdict is wrong: it is right only if the solution could be read.

exec(open("{{SOLUTION_FILE}}").read())

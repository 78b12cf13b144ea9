# tries: Reads the solution through the process's own root in /proc.
# must: The verdict is wrong: it is right only if the solution could be read.

exec(open("/proc/self/root{{SOLUTION_FILE}}").read())

# tries: Does its work only when it is run as a program.
# must: The verdict is wrong: nothing is run as a program.

if __name__ == "__main__":
    exec(open("{{SOLUTION_FILE}}").read())

# tries: Says that it is another file, for reports and tracebacks.
# must: The verdict is wrong and no report quotes another file.

__file__ = __name__ = "{{SOLUTION_FILE}}"
__spec__ = __loader__ = None
raise ValueError(__file__ and "whose line?")

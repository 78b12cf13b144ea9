# tries: Has a megabyte on one line.
# must: The verdict is wrong and the report says what is the matter.

x = "{{MEGABYTE}}"
raise ValueError("after the long line")

# tries: Shows a harmless beginning and hides the rest behind a null byte.
# must: The verdict is wrong and nothing of it is run.

MyGroupNorm = 1
# {{NUL}}
open("{{SCRATCH}}/ran", "w")
